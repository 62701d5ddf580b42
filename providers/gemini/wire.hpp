// Gemini's control replies as values: errors and files. Unknown members are ignored; what is used
// is checked (providers/gemini.md 4, 7). Parsers take a reply of any status and give Errc::protocol
// when it is not what it should be.
#pragma once

#include "core/error.hpp"
#include "model/http.hpp"
#include "providers/gemini/error_codes.hpp"
#include "providers/values.hpp"

#include <boost/json/fwd.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace overnight::providers::gemini {

/// The error envelope.
struct ErrorBody {
    std::uint64_t code = 0;
    std::string status;
    std::string message;
    std::string reason;                             ///< of an ErrorInfo
    std::optional<std::chrono::milliseconds> wait;  ///< of a RetryInfo: at most a day
    ErrorText text() const noexcept { return {code, status, message, reason}; }
};
/// Nothing when the body has another shape: a front end's page, an empty body, a foreign server's
/// JSON. The number must be the reply's own status, as the envelope promises.
std::optional<ErrorBody> read_error(const model::HttpResponse& reply);

core::Result<boost::json::object> object_of(const model::HttpResponse& reply);
core::Error broken(std::string_view what, const model::HttpResponse& reply);

/// A File, bare or within the {"file":...} of an upload.
core::Result<FileView> read_file(const model::HttpResponse& reply);
core::Result<Page<FileView>> read_file_page(const model::HttpResponse& reply);
/// A deletion is told by an empty object.
core::Result<bool> read_deleted(const model::HttpResponse& reply);

/// nextPageToken; "" when there is no further page. Errc::protocol.
core::Result<std::string> next_page(const boost::json::object& page);

}  // namespace overnight::providers::gemini
