// Anthropic's control replies as values. Unknown members are ignored; what is used is checked
// (providers/anthropic.md 2, 2.1, 4). Parsers take a reply of any status and give Errc::protocol
// when it is not what it should be.
#pragma once

#include "core/error.hpp"
#include "model/http.hpp"
#include "providers/api.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace overnight::providers::anthropic {

/// The error envelope {"type":"error","error":{"type","message","details":{"error_code"}}}.
struct ErrorBody {
    std::string type;
    std::string code;
    std::string message;
};
/// Nothing when the body has another shape: a proxy's page, an empty body, another API's JSON.
std::optional<ErrorBody> read_error(std::string_view body);

/// A batch is at its end when its results can be asked for: `ended` with a results_url. Its
/// output_file is then its own id.
/// `ended` alone is `finalizing`: a batch without results would read as one whose lines are all
/// missing, and they would be sent and paid again. When it is archived, its results are gone for
/// good: it is at its end, with the word "ended, archived" and an output_file that is not found
/// when it is fetched, so that the attempt is held.
core::Result<BatchView> read_batch(const model::HttpResponse& reply);
core::Result<Page<BatchView>> read_batch_page(const model::HttpResponse& reply);

}  // namespace overnight::providers::anthropic
