// One batch, as an object of a control reply.
#pragma once

#include "core/error.hpp"
#include "providers/api.hpp"
#include "providers/openai/profile.hpp"

#include <boost/json/fwd.hpp>

#include <string_view>

namespace overnight::providers::openai {

/// Errc::protocol for what is no batch of this provider's.
core::Result<BatchView> batch_of(const Profile& profile, const boost::json::object& o);

/// The provider's status word in any case; unknown for any other word.
model::BatchStatus read_status(const Profile& profile, std::string_view word);

}  // namespace overnight::providers::openai
