// The upload of a batch's input file as multipart/form-data (providers/openai.md 2.1).
#pragma once

#include "model/http.hpp"
#include "providers/api.hpp"
#include "providers/openai/profile.hpp"

namespace overnight::providers::openai {

/// The same spec makes the same bytes. The file is streamed from where it is.
model::HttpRequest upload_request(const Profile& profile, const UploadSpec& spec);

}  // namespace overnight::providers::openai
