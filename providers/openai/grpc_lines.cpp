#include "providers/openai/grpc_lines.hpp"

#include "providers/line_document.hpp"
#include "providers/openai/limits.hpp"
#include "providers/openai/line_bodies.hpp"
#include "providers/openai/line_facts.hpp"
#include "providers/openai/line_verdict.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace overnight::providers::openai {
namespace {

using core::Result;
using simdjson::error_code;
using simdjson::SUCCESS;

constexpr int cancelled = 1;

/// The HTTP statuses that gRPC's codes 0..16 stand for; 0: it says nothing about the request.
constexpr std::array http_statuses{200, 0,   500, 400, 504, 404, 409, 403, 429,
                                   400, 409, 400, 400, 500, 503, 500, 401};

/// A member of the line itself; each may stand there once.
enum class Member : unsigned { id = 1, result = 2 };

class GrpcParser final : public LineParser {
public:
    explicit GrpcParser(Endpoint endpoint) : endpoint_(endpoint) {}

    Result<> parse(std::string_view line, LineResult& out) override {
        OVERNIGHT_TRY(document_.read(
            line,
            [&] {
                out.clear();
                facts_ = {};
                seen_.clear();
                told_status_ = 0;
            },
            [&](std::string_view key, od::value value) { return member(key, value, out); }));
        OVERNIGHT_TRY(seen_.check(out.custom_id, "batch_request_id", max_custom_id_bytes));
        read_code();
        if (told_status_ > 0)
            facts_.status = static_cast<int>(std::min<std::uint64_t>(told_status_, 999));
        judge(facts_, out);
        return {};
    }

private:
    error_code member(std::string_view key, od::value value, LineResult& out) {
        if (key == "batch_request_id") {
            seen_.mark(Member::id);
            std::string_view id;
            if (const auto code = read_text(value, id)) return code;
            out.custom_id.assign(id);
            return SUCCESS;
        }
        if (key != "batch_result") return failure(key, value);
        seen_.mark(Member::result);
        return each_member(value, [&](std::string_view name, od::value v) -> error_code {
            if (name == "status_code") return read_count(v, told_status_);
            if (name != "response") return failure(name, v);
            return each_member(v, [&](std::string_view, od::value body) -> error_code {
                if (facts_.has_response) return SUCCESS;  // one answer is all
                od::json_type type{};
                if (const auto code = body.type().get(type)) return code;
                if (type != od::json_type::object) return SUCCESS;
                facts_.has_response = true;
                facts_.status = 200;
                return read_body(endpoint_, body, out, facts_.body);
            });
        });
    }

    error_code failure(std::string_view key, od::value value) {
        if (key == "error") return read_error(value, facts_.error);
        if (key != "error_message") return SUCCESS;
        std::string_view words;
        if (const auto code = read_text(value, words)) return code;
        if (words.empty()) return SUCCESS;
        facts_.error.present = true;
        facts_.error.text.message = words;
        return SUCCESS;
    }

    /// An error's number says what a status says elsewhere.
    void read_code() {
        auto& error = facts_.error;
        int code = 0;
        const auto& text = error.text.code;
        const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), code);
        const bool number = !text.empty() && bad == std::errc{} && end == text.data() + text.size();
        if (!error.present || !number) return;
        if (code == 0) {  // {"code":0}: no error at all
            error.present = false;
            return;
        }
        facts_.has_response = true;
        const bool known = code > 0 && code < static_cast<int>(http_statuses.size());
        facts_.status = known ? http_statuses[static_cast<std::size_t>(code)] : 500;
        if (code != cancelled) return;
        error.text.code = "batch_cancelled";
    }

    Endpoint endpoint_;
    LineDocument document_;
    LineFacts facts_;
    SeenMembers seen_;
    std::uint64_t told_status_ = 0;
};

}  // namespace

std::unique_ptr<LineParser> make_grpc_line_parser(Endpoint endpoint) {
    return std::make_unique<GrpcParser>(endpoint);
}

}  // namespace overnight::providers::openai
