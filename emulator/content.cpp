// A file's bytes, whole or in part.
#include "emulator/content.hpp"

#include "emulator/dialect.hpp"
#include "emulator/hashing.hpp"

#include <charconv>

namespace overnight::emulator {

namespace {

struct ByteRange {
    enum class Kind { whole, part, unsatisfiable } kind = Kind::whole;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

bool read_number(std::string_view text, std::uint64_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

// One range of bytes (RFC 9110 14.1.2); anything else is answered as if no range had been asked
// for.
ByteRange parse_range(std::string_view header, std::uint64_t size) {
    constexpr std::string_view unit = "bytes=";
    if (!header.starts_with(unit) || header.find(',') != std::string_view::npos) return {};
    header.remove_prefix(unit.size());
    const std::size_t dash = header.find('-');
    if (dash == std::string_view::npos) return {};
    const std::string_view from = header.substr(0, dash);
    const std::string_view to = header.substr(dash + 1);
    std::uint64_t first = 0;
    std::uint64_t last = size == 0 ? 0 : size - 1;
    if (from.empty()) {
        std::uint64_t suffix = 0;
        if (!read_number(to, suffix)) return {};
        if (suffix == 0 || size == 0) return {ByteRange::Kind::unsatisfiable, 0, 0};
        first = suffix >= size ? 0 : size - suffix;
    } else {
        if (!read_number(from, first)) return {};
        std::uint64_t asked = last;
        if (!to.empty() && !read_number(to, asked)) return {};
        if (!to.empty() && asked < first) return {};
        if (first >= size) return {ByteRange::Kind::unsatisfiable, 0, 0};
        last = std::min(asked, last);
    }
    return {ByteRange::Kind::part, first, last - first + 1};
}

}  // namespace

Reply content_reply(const Call& call, const FilePtr& file, const ApiError& unsatisfiable) {
    Reply reply;
    reply.content_type = "application/octet-stream";
    reply.file = file;
    reply.length = file->bytes;
    const std::string etag = '"' + sha256(file->id).hex().substr(0, 32) + '"';
    reply.headers.push_back({"ETag", etag});
    reply.headers.push_back({"Accept-Ranges", "bytes"});
    const auto range = call.header("Range");
    const auto condition = call.header("If-Range");
    if (!range || (condition && *condition != etag)) return reply;
    const ByteRange part = parse_range(*range, file->bytes);
    if (part.kind == ByteRange::Kind::unsatisfiable) {
        Reply refused = call.dialect->front.error_reply(call, unsatisfiable);
        refused.headers.push_back({"Content-Range", "bytes */" + std::to_string(file->bytes)});
        return refused;
    }
    if (part.kind == ByteRange::Kind::part) {
        reply.status = 206;
        reply.offset = part.offset;
        reply.length = part.length;
        reply.headers.push_back(
            {"Content-Range", "bytes " + std::to_string(part.offset) + '-' +
                                  std::to_string(part.offset + part.length - 1) + '/' +
                                  std::to_string(file->bytes)});
    }
    return reply;
}

}  // namespace overnight::emulator
