// HTTP messages as values: what an adapter builds and reads, and what net sends. No socket, no key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace overnight::model {

enum class HttpMethod { get, post, del };
std::string_view name(HttpMethod method) noexcept;  ///< "GET", "POST", "DELETE"

struct HttpHeader {
    std::string name;
    std::string value;
};

/// How the line ends of a file are sent.
enum class Lines {
    as_they_are,
    joined_by_commas,  ///< every newline as a comma: JSON lines become the inside of a JSON list
};

/// Bytes that are streamed from a file: `length` bytes from `offset` on. The file must not change
/// while it is sent.
struct FilePiece {
    std::filesystem::path path;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    Lines lines = Lines::as_they_are;  ///< either way `length` bytes are sent
};

/// A body is a row of pieces, so that a multipart upload or a wrapped file needs no copy of the
/// file.
using BodyPiece = std::variant<std::string, FilePiece>;

struct HttpRequest {
    HttpMethod method = HttpMethod::get;
    std::string
        target;  ///< behind the account's base URL, with a leading slash: "/batches?limit=100"
    std::vector<HttpHeader>
        headers;  ///< without Host, Content-Length and the key's header, which net adds
    std::vector<BodyPiece> body;

    std::uint64_t body_bytes() const noexcept;
};

struct HttpResponse {
    int status = 0;
    std::vector<HttpHeader> headers;
    std::string body;

    /// The first header of that name, in any case; nothing when there is none.
    std::optional<std::string_view> header(std::string_view name) const noexcept;
};

/// Percent-encodes everything but RFC 3986 unreserved characters: for a path segment or a query
/// value.
std::string url_encode(std::string_view text);

}  // namespace overnight::model
