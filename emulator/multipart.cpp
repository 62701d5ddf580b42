// The streaming form parser.
#include "emulator/multipart.hpp"

#include <algorithm>
#include <cctype>

namespace overnight::emulator {

namespace {

constexpr std::size_t max_head_bytes = 16 * 1024;
constexpr unsigned max_parts = 100;

core::Error malformed(const char* what) {
    return {core::Errc::invalid_input, std::string("malformed form: ") + what};
}

bool same_letters(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return std::tolower(static_cast<unsigned char>(x)) ==
                      std::tolower(static_cast<unsigned char>(y));
           });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

// The value of `name` among the parameters of a header value: `form-data; name="file";
// filename="a.jsonl"`.
std::optional<std::string> parameter(std::string_view header, std::string_view name) {
    std::size_t pos = header.find(';');
    while (pos != std::string_view::npos && pos < header.size()) {
        const std::size_t equals = header.find('=', pos);
        if (equals == std::string_view::npos) return std::nullopt;
        const std::string_view key = trimmed(header.substr(pos + 1, equals - pos - 1));
        std::string value;
        std::size_t i = equals + 1;
        if (i < header.size() && header[i] == '"') {
            for (++i; i < header.size() && header[i] != '"'; ++i) {
                // Browsers percent-encode quotes; only a backslash before a quote or backslash
                // escapes.
                if (header[i] == '\\' && i + 1 < header.size() &&
                    (header[i + 1] == '"' || header[i + 1] == '\\'))
                    ++i;
                value += header[i];
            }
            pos = header.find(';', std::min(i, header.size()));
        } else {
            pos = header.find(';', i);
            value = trimmed(header.substr(i, pos == std::string_view::npos ? pos : pos - i));
        }
        if (same_letters(key, name)) return value;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> multipart_boundary(std::string_view content_type,
                                              std::string_view type) {
    const std::string_view found = trimmed(content_type.substr(0, content_type.find(';')));
    if (!same_letters(found, type)) return std::nullopt;
    auto boundary = parameter(content_type, "boundary");
    if (!boundary || boundary->empty() || boundary->size() > 70) return std::nullopt;
    return boundary;
}

MultipartParser::MultipartParser(std::string_view boundary, PartSink& sink, PartNames names)
    : delimiter_("\r\n--" + std::string(boundary)), sink_(sink), names_(names), buffer_("\r\n") {
    // The first delimiter may stand at the very start, without its CRLF: the buffer supplies one.
}

core::Result<> MultipartParser::feed(std::string_view bytes) {
    if (state_ == State::done) return {};  // an epilogue means nothing
    buffer_.erase(0, pos_);
    pos_ = 0;
    buffer_ += bytes;
    while (state_ != State::done) {
        OVERNIGHT_TRY_ASSIGN(const bool more, step());
        if (!more) break;
    }
    return {};
}

core::Result<> MultipartParser::finish() const {
    if (state_ != State::done) return malformed("it ends before its last delimiter");
    return {};
}

core::Result<bool> MultipartParser::step() {
    switch (state_) {
    case State::preamble:
        return find_delimiter(false);
    case State::data:
        return find_delimiter(true);
    case State::head:
        return read_head();
    case State::after_delimiter: {
        if (buffer_.size() - pos_ < 2) return false;
        const std::string_view two = std::string_view(buffer_).substr(pos_, 2);
        if (two == "--") {
            state_ = State::done;
            return false;
        }
        if (two != "\r\n") return malformed("a delimiter is not followed by a line end");
        if (++parts_ > max_parts) return malformed("too many parts");
        // Its CRLF stays: a head that is empty ends with that one and the next.
        state_ = State::head;
        return true;
    }
    case State::done:
        break;
    }
    return false;
}

core::Result<bool> MultipartParser::find_delimiter(bool deliver) {
    const std::string_view rest = std::string_view(buffer_).substr(pos_);
    const std::size_t at = rest.find(delimiter_);
    const bool found = at != std::string_view::npos;
    // Without a hit the last bytes may still be the beginning of one.
    const std::size_t safe =
        found ? at : rest.size() - std::min(rest.size(), delimiter_.size() - 1);
    if (deliver && safe > 0) OVERNIGHT_TRY(sink_.part_data(rest.substr(0, safe)));
    pos_ += safe;
    if (!found) return false;
    if (deliver) OVERNIGHT_TRY(sink_.end_part());
    pos_ += delimiter_.size();
    state_ = State::after_delimiter;
    return true;
}

core::Result<bool> MultipartParser::read_head() {
    const std::string_view rest = std::string_view(buffer_).substr(pos_);
    const std::size_t end = rest.find("\r\n\r\n");
    if (end == std::string_view::npos) {
        if (rest.size() > max_head_bytes) return malformed("a part's header is too long");
        return false;
    }
    if (end > max_head_bytes) return malformed("a part's header is too long");
    PartHead head;
    std::string_view lines = rest.substr(0, end);
    bool named = false;
    while (!lines.empty()) {
        const std::size_t stop = lines.find("\r\n");
        const std::string_view line = lines.substr(0, stop);
        lines.remove_prefix(stop == std::string_view::npos ? lines.size() : stop + 2);
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        const std::string_view header = trimmed(line.substr(0, colon));
        if (same_letters(header, "content-type"))
            head.content_type = trimmed(line.substr(colon + 1));
        if (!same_letters(header, "content-disposition")) continue;
        const std::string_view value = line.substr(colon + 1);
        if (auto name = parameter(value, "name")) {
            head.name = std::move(*name);
            named = true;
        }
        head.filename = parameter(value, "filename");
    }
    if (!named && names_ == PartNames::required) return malformed("a part has no name");
    pos_ += end + 4;
    state_ = State::data;
    OVERNIGHT_TRY(sink_.begin_part(head));
    return true;
}

}  // namespace overnight::emulator
