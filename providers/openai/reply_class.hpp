// What a reply means (SUBMISSION 3.1, providers/openai.md 1.4 and 3.7).
#pragma once

#include "model/http.hpp"
#include "providers/api.hpp"
#include "providers/openai/profile.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace overnight::providers::openai {

/// Of any request but a create. A status says something only together with the provider's error
/// shape; without it the answer came from something in between, and the request is free to repeat.
Reply classify_reply(const Profile& profile, const model::HttpResponse& reply);

/// Of a create: whatever does not prove that nothing took effect is ambiguous. An input file that
/// is not to be found has the code "file_not_found".
Reply classify_create_reply(const Profile& profile, const model::HttpResponse& reply);

/// Of a batch that failed in validation; nothing in it ran.
Reply classify_failed_batch(const BatchView& batch);

/// N of "Limit: 2,000,000 enqueued tokens".
std::optional<std::uint64_t> enqueued_limit(std::string_view message);

}  // namespace overnight::providers::openai
