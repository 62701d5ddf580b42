// OpenAI's control replies as values. Unknown members are ignored; what is used is checked
// (providers/openai.md 1.3, 2, 3). Parsers take a reply of any status and give Errc::protocol when
// it is not what it should be.
#pragma once

#include "core/error.hpp"
#include "model/http.hpp"
#include "providers/api.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace overnight::providers::openai {

/// The error envelope (openai.md 1.3). `code` may have been a number on the wire.
struct ErrorBody {
    std::string code;
    std::string type;
    std::string message;
};
/// Nothing when the body has another shape: a proxy's page, an empty body, a foreign server's JSON.
std::optional<ErrorBody> read_error(std::string_view body);

core::Result<FileView> read_file(const model::HttpResponse& reply);
core::Result<Page<FileView>> read_file_page(const model::HttpResponse& reply);
core::Result<bool> read_deleted(const model::HttpResponse& reply);
core::Result<BatchView> read_batch(const model::HttpResponse& reply);
core::Result<Page<BatchView>> read_batch_page(const model::HttpResponse& reply);

/// The status word in any case, with both spellings of "cancel"; unknown for any other word.
model::BatchStatus read_status(std::string_view word);

/// `text`, cut to at most `max` bytes without splitting a UTF-8 character.
std::string_view cut_utf8(std::string_view text, std::size_t max) noexcept;

}  // namespace overnight::providers::openai
