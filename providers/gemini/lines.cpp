#include "providers/gemini/lines.hpp"

#include "providers/gemini/limits.hpp"
#include "providers/gemini/line_answer.hpp"
#include "providers/gemini/line_facts.hpp"
#include "providers/gemini/line_verdict.hpp"
#include "providers/line_document.hpp"

namespace overnight::providers::gemini {
namespace {

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
                seen_.clear();
            },
            [&](std::string_view key, od::value value) { return member(key, value, out); }));
        OVERNIGHT_TRY(seen_.check(out.custom_id, "key", max_key_bytes));
        judge(facts_, out);
        return {};
    }

private:
    error_code member(std::string_view key, od::value value, LineResult& out) {
        if (key == "response") {
            seen_.mark(Member::response);
            return read_response(endpoint_, value, out, facts_);
        }
        if (key == "key") {
            seen_.mark(Member::key);
            std::string_view id;
            if (const auto code = read_text(value, id)) return code;
            out.custom_id.assign(id);
        } else if (key == "error") {
            seen_.mark(Member::error);
            return read_error(value, facts_);
        } else if (key == "status") {
            seen_.mark(Member::status);
            return read_status(value, facts_);
        }
        return simdjson::SUCCESS;
    }

    Endpoint endpoint_;
    LineDocument document_;
    LineFacts facts_;
    SeenMembers seen_;
};

}  // namespace

std::unique_ptr<LineParser> make_line_parser(Endpoint endpoint) {
    return std::make_unique<Parser>(endpoint);
}

}  // namespace overnight::providers::gemini
