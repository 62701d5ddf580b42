#include "providers/openai/lines.hpp"

#include "jsonl/utf8_repair.hpp"
#include "providers/openai/limits.hpp"
#include "providers/openai/line_bodies.hpp"
#include "providers/openai/line_facts.hpp"
#include "providers/openai/line_values.hpp"
#include "providers/openai/line_verdict.hpp"
#include "recipe/json_walk.hpp"

#include <algorithm>
#include <cstring>

namespace overnight::providers::openai {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using simdjson::error_code;
using simdjson::SUCCESS;

/// A member of the line itself; each may stand there once.
enum class Member : unsigned { custom_id = 1, response = 2, error = 4 };

class Parser final : public LineParser {
public:
    explicit Parser(Endpoint endpoint) : endpoint_(endpoint) {}

    Result<> parse(std::string_view line, LineResult& out) override {
        error_code code = read(line, out);
        if (code == simdjson::UTF8_ERROR || code == simdjson::STRING_ERROR) {
            std::string mended = jsonl::repaired_utf8(line);
            recipe::mend_lone_surrogates(mended);
            code = read(mended, out);
        }
        if (code)
            return Error(Errc::protocol,
                         "a result line is not a JSON object: " + std::string(error_message(code)));
        if (repeated_) return Error(Errc::protocol, "a result line names a member twice");
        if (out.custom_id.empty()) return Error(Errc::protocol, "a result line has no custom_id");
        if (out.custom_id.size() > max_custom_id_bytes)
            return Error(Errc::protocol, "a result line's custom_id is too long");
        judge(facts_, out);
        return {};
    }

private:
    error_code read(std::string_view line, LineResult& out) {
        out.clear();
        facts_ = {};
        seen_ = 0;
        repeated_ = false;
        if (buffer_.size() < line.size() + simdjson::SIMDJSON_PADDING)
            buffer_.resize(line.size() + line.size() / 2 + simdjson::SIMDJSON_PADDING);
        std::memcpy(buffer_.data(), line.data(), line.size());
        std::memset(buffer_.data() + line.size(), 0, simdjson::SIMDJSON_PADDING);
        od::document document;
        if (const auto code =
                parser_.iterate(buffer_.data(), line.size(), buffer_.size()).get(document))
            return code;
        od::object object;
        if (const auto code = document.get_object().get(object)) return code;
        const auto code = each_member(
            object, [&](std::string_view key, od::value value) { return member(key, value, out); });
        if (code) return code;
        const char* behind = nullptr;
        const bool at_end = document.current_location().get(behind) != SUCCESS;  // out of bounds
        return at_end ? SUCCESS : simdjson::TRAILING_CONTENT;
    }

    error_code member(std::string_view key, od::value value, LineResult& out) {
        if (key == "custom_id") {
            mark(Member::custom_id);
            std::string_view id;
            if (const auto code = read_text(value, id)) return code;
            out.custom_id.assign(id);
            return SUCCESS;
        }
        if (key == "error") {
            mark(Member::error);
            return read_error(value, facts_.error);
        }
        if (key != "response") return SUCCESS;
        mark(Member::response);
        facts_.has_response = !is_null(value);
        return each_member(value, [&](std::string_view name, od::value v) -> error_code {
            if (name == "status_code") return read_status(v);
            return name == "body" ? read_body(endpoint_, v, out, facts_.body) : SUCCESS;
        });
    }

    error_code read_status(od::value value) {
        std::uint64_t status = 0;
        if (const auto code = read_count(value, status)) return code;
        facts_.status = static_cast<int>(std::min<std::uint64_t>(status, 999));
        return SUCCESS;
    }

    void mark(Member m) noexcept {
        repeated_ = repeated_ || (seen_ & static_cast<unsigned>(m)) != 0;
        seen_ |= static_cast<unsigned>(m);
    }

    Endpoint endpoint_;
    od::parser parser_;
    std::string buffer_;
    LineFacts facts_;
    unsigned seen_ = 0;
    bool repeated_ = false;
};

}  // namespace

std::unique_ptr<LineParser> make_line_parser(Endpoint endpoint) {
    return std::make_unique<Parser>(endpoint);
}

}  // namespace overnight::providers::openai
