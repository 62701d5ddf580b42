// Control replies as values. Unknown members are ignored; what is used is checked
// (providers/openai.md 1.3, 2, 3; others.md). Parsers take a reply of any status and give
// Errc::protocol when it is not what it should be.
#pragma once

#include "core/error.hpp"
#include "model/http.hpp"
#include "providers/api.hpp"
#include "providers/openai/profile.hpp"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace overnight::providers::openai {

/// The error envelope (openai.md 1.3). `code` may have been a number on the wire.
struct ErrorBody {
    std::string code;
    std::string type;
    std::string message;
    /// {"detail"}: the words of a web framework, which a gateway before the provider has as well.
    bool bare = false;
};
/// Nothing when the body has another shape than this provider's: a proxy's page, an empty body, a
/// foreign server's JSON.
std::optional<ErrorBody> read_error(const Profile& profile, std::string_view body);

core::Result<FileView> read_file(const Profile& profile, const model::HttpResponse& reply);
core::Result<Page<FileView>> read_file_page(const Profile& profile,
                                            const model::HttpResponse& reply);
core::Result<bool> read_deleted(const Profile& profile, const model::HttpResponse& reply);
core::Result<BatchView> read_batch(const Profile& profile, const model::HttpResponse& reply);
core::Result<Page<BatchView>> read_batch_page(const Profile& profile,
                                              const model::HttpResponse& reply);
/// Appends a page's results to `lines`, one line each, as they are; the next page's cursor, ""
/// behind the last.
core::Result<std::string> read_result_page(const Profile& profile,
                                           const model::HttpResponse& reply,
                                           std::string& lines);

}  // namespace overnight::providers::openai
