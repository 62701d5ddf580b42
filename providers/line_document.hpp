// A result line as a JSON object, whatever the provider: read in place with simdjson, mended and
// read again when its bytes are not UTF-8, and refused when something stands behind it.
#pragma once

#include "core/error.hpp"
#include "jsonl/utf8_repair.hpp"
#include "providers/line_values.hpp"
#include "recipe/json_walk.hpp"

#include <simdjson.h>

#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace overnight::providers {

/// Which members of a line were seen: each may stand there once.
class SeenMembers {
public:
    void clear() noexcept { *this = {}; }
    /// `member` is an enumerator with a bit of its own.
    template <class Member>
    void mark(Member member) noexcept {
        repeated_ = repeated_ || (seen_ & static_cast<unsigned>(member)) != 0;
        seen_ |= static_cast<unsigned>(member);
    }
    /// Errc::protocol for a line that says something twice, or whose id, which its provider calls
    /// `name`, is not there or longer than `most` bytes.
    core::Result<> check(std::string_view id, std::string_view name, std::size_t most) const {
        const auto wrong = [](std::string what) {
            return core::Error(core::Errc::protocol, "a result line" + std::move(what));
        };
        if (repeated_) return wrong(" names a member twice");
        if (id.empty()) return wrong(" has no " + std::string(name));
        if (id.size() > most) return wrong("'s " + std::string(name) + " is too long");
        return {};
    }

private:
    unsigned seen_ = 0;
    bool repeated_ = false;
};

/// Keeps its buffers. One thread.
class LineDocument {
public:
    /// Calls begin(), then each(key, value), which returns a simdjson::error_code, for the members
    /// of the object that is all of `line`; from the start again when the line had to be mended.
    /// Views live until the next line. Errc::protocol for a line that is no JSON object.
    template <class Begin, class Each>
    core::Result<> read(std::string_view line, Begin begin, Each each) {
        simdjson::error_code code = pass(line, begin, each);
        if (code == simdjson::UTF8_ERROR || code == simdjson::STRING_ERROR) {
            std::string mended = jsonl::repaired_utf8(line);
            recipe::mend_lone_surrogates(mended);
            code = pass(mended, begin, each);
        }
        if (code)
            return core::Error(core::Errc::protocol, "a result line is not a JSON object: " +
                                                         std::string(error_message(code)));
        return {};
    }

private:
    template <class Begin, class Each>
    simdjson::error_code pass(std::string_view line, Begin& begin, Each& each) {
        begin();
        if (buffer_.size() < line.size() + simdjson::SIMDJSON_PADDING)
            buffer_.resize(line.size() + line.size() / 2 + simdjson::SIMDJSON_PADDING);
        if (!line.empty()) std::memcpy(buffer_.data(), line.data(), line.size());
        std::memset(buffer_.data() + line.size(), 0, simdjson::SIMDJSON_PADDING);
        od::document document;
        if (const auto code =
                parser_.iterate(buffer_.data(), line.size(), buffer_.size()).get(document))
            return code;
        od::object object;
        if (const auto code = document.get_object().get(object)) return code;
        if (const auto code = each_member(
                object, [&](std::string_view key, od::value value) { return each(key, value); }))
            return code;
        const char* behind = nullptr;
        const bool at_end =
            document.current_location().get(behind) != simdjson::SUCCESS;  // out of bounds
        return at_end ? simdjson::SUCCESS : simdjson::TRAILING_CONTENT;
    }

    od::parser parser_;
    std::string buffer_;
};

}  // namespace overnight::providers
