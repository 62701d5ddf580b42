#include "providers/openai/lines.hpp"

#include "providers/line_document.hpp"
#include "providers/openai/grpc_lines.hpp"
#include "providers/openai/limits.hpp"
#include "providers/openai/line_bodies.hpp"
#include "providers/openai/line_facts.hpp"
#include "providers/openai/line_verdict.hpp"

#include <algorithm>

namespace overnight::providers::openai {
namespace {

using core::Result;
using simdjson::error_code;
using simdjson::SUCCESS;

/// A member of the line itself; each may stand there once.
enum class Member : unsigned { custom_id = 1, response = 2, error = 4 };

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
        OVERNIGHT_TRY(seen_.check(out.custom_id, "custom_id", max_custom_id_bytes));
        judge(facts_, out);
        return {};
    }

private:
    error_code member(std::string_view key, od::value value, LineResult& out) {
        if (key == "custom_id") {
            seen_.mark(Member::custom_id);
            std::string_view id;
            if (const auto code = read_text(value, id)) return code;
            out.custom_id.assign(id);
            return SUCCESS;
        }
        if (key == "error") {
            seen_.mark(Member::error);
            return read_error(value, facts_.error);
        }
        if (key != "response") return SUCCESS;
        seen_.mark(Member::response);
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

    Endpoint endpoint_;
    LineDocument document_;
    LineFacts facts_;
    SeenMembers seen_;
};

}  // namespace

std::unique_ptr<LineParser> make_line_parser(LineShape shape, Endpoint endpoint) {
    if (shape == LineShape::grpc) return make_grpc_line_parser(endpoint);
    return std::make_unique<Parser>(endpoint);
}

}  // namespace overnight::providers::openai
