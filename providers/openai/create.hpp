// The request that makes a batch.
#pragma once

#include "model/http.hpp"
#include "providers/api.hpp"
#include "providers/openai/profile.hpp"

namespace overnight::providers::openai {

model::HttpRequest create_request(const Profile& profile, const CreateSpec& spec);

}  // namespace overnight::providers::openai
