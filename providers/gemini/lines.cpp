#include "providers/gemini/lines.hpp"

#include "providers/gemini/limits.hpp"
#include "providers/gemini/line_answer.hpp"
#include "providers/gemini/line_facts.hpp"
#include "providers/gemini/line_verdict.hpp"
#include "providers/line_document.hpp"

namespace overnight::providers::gemini {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using simdjson::error_code;

/// A member of the line itself; each may stand there once, in any order.
enum class Member : unsigned { key = 1, response = 2, error = 4, status = 8 };

class Parser final : public LineParser {
public:
    explicit Parser(Endpoint endpoint) : endpoint_(endpoint) {}

    Result<> parse(std::string_view line, LineResult& out) override {
        OVERNIGHT_TRY(document_.read(
            line,
            [&] {
                out.clear();
                facts_ = {};
                seen_ = 0;
                repeated_ = false;
            },
            [&](std::string_view key, od::value value) { return member(key, value, out); }));
        if (repeated_) return Error(Errc::protocol, "a result line names a member twice");
        if (out.custom_id.empty()) return Error(Errc::protocol, "a result line has no key");
        if (out.custom_id.size() > max_key_bytes)
            return Error(Errc::protocol, "a result line's key is too long");
        judge(facts_, out);
        return {};
    }

private:
    error_code member(std::string_view key, od::value value, LineResult& out) {
        if (key == "response") {
            mark(Member::response);
            return read_response(endpoint_, value, out, facts_);
        }
        if (key == "key") {
            mark(Member::key);
            std::string_view id;
            if (const auto code = read_text(value, id)) return code;
            out.custom_id.assign(id);
        } else if (key == "error") {
            mark(Member::error);
            return read_error(value, facts_);
        } else if (key == "status") {
            mark(Member::status);
            return read_status(value, facts_);
        }
        return simdjson::SUCCESS;
    }

    void mark(Member m) noexcept {
        repeated_ = repeated_ || (seen_ & static_cast<unsigned>(m)) != 0;
        seen_ |= static_cast<unsigned>(m);
    }

    Endpoint endpoint_;
    LineDocument document_;
    LineFacts facts_;
    unsigned seen_ = 0;
    bool repeated_ = false;
};

}  // namespace

std::unique_ptr<LineParser> make_line_parser(Endpoint endpoint) {
    return std::make_unique<Parser>(endpoint);
}

}  // namespace overnight::providers::gemini
