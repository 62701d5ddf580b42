#include "providers/anthropic/lines.hpp"

#include "providers/anthropic/limits.hpp"
#include "providers/anthropic/line_verdict.hpp"
#include "providers/line_document.hpp"

#include <algorithm>
#include <limits>

namespace overnight::providers::anthropic {
namespace {

using core::Result;
using simdjson::error_code;
using simdjson::SUCCESS;

/// What each may stand in a line once.
enum class Member : unsigned { custom_id = 1, result = 2, type = 4, message = 8, error = 16 };

std::uint64_t sum(std::uint64_t a, std::uint64_t b) noexcept {
    constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
    return b > largest - a ? largest : a + b;
}

/// Appends the text of one block. Its type may stand behind its text; thinking and tool blocks have
/// no text that is an answer.
error_code read_block(od::value block, std::string& out) {
    std::string_view type;
    std::string_view text;
    const auto code = each_member(block, [&](std::string_view key, od::value v) -> error_code {
        if (key == "type") return read_text(v, type);
        return key == "text" ? read_text(v, text) : SUCCESS;
    });
    if (type == "text") out += text;
    return code;
}

/// input_tokens leaves out what was read from the cache and what was written to it.
error_code read_usage(od::value value, model::Usage& usage) {
    std::uint64_t fresh = 0, written = 0, cached = 0;
    const auto code = each_member(value, [&](std::string_view key, od::value v) -> error_code {
        if (key == "input_tokens") return read_count(v, fresh);
        if (key == "cache_creation_input_tokens") return read_count(v, written);
        if (key == "cache_read_input_tokens") return read_count(v, cached);
        return key == "output_tokens" ? read_count(v, usage.output_tokens) : SUCCESS;
    });
    usage.input_tokens = sum(sum(fresh, written), cached);
    usage.cached_input_tokens = cached;
    return code;
}

error_code read_message(od::value message, LineResult& out, LineFacts& facts) {
    return each_member(message, [&](std::string_view key, od::value v) -> error_code {
        if (key == "content") {
            out.text.clear();
            return each_element(v, [&](od::value block) { return read_block(block, out.text); });
        }
        if (key == "stop_reason") return read_text(v, facts.stop_reason);
        return key == "usage" ? read_usage(v, out.usage) : SUCCESS;
    });
}

/// {type, message, details{error_code}}; inside an envelope {"type":"error","error":{...}}, or
/// bare.
error_code read_error(od::value value, ErrorText& error, bool inside) {
    ErrorText own;
    bool enveloped = false;
    const auto code = each_member(value, [&](std::string_view key, od::value v) -> error_code {
        if (key == "error" && !inside) {
            enveloped = true;
            return read_error(v, error, true);
        }
        if (key == "type") return read_text(v, own.type);
        if (key == "message") return read_text(v, own.message);
        if (key != "details") return SUCCESS;
        return each_member(v, [&](std::string_view name, od::value detail) -> error_code {
            return name == "error_code" ? read_text(detail, own.code) : SUCCESS;
        });
    });
    if (!enveloped) error = own;
    return code;
}

class Parser final : public LineParser {
public:
    Result<> parse(std::string_view line, LineResult& out) override {
        OVERNIGHT_TRY(document_.read(
            line,
            [&] {
                out.clear();
                facts_ = {};
                seen_.clear();
            },
            [&](std::string_view key, od::value value) { return member(key, value, out); }));
        OVERNIGHT_TRY(seen_.check(out.custom_id, "custom_id", max_sent_id_bytes));
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
        if (key != "result") return SUCCESS;
        seen_.mark(Member::result);
        return each_member(value, [&](std::string_view name, od::value v) -> error_code {
            if (name == "type") {
                seen_.mark(Member::type);
                return read_text(v, facts_.type);
            }
            if (name == "message") {
                seen_.mark(Member::message);
                return read_message(v, out, facts_);
            }
            if (name != "error") return SUCCESS;
            seen_.mark(Member::error);
            return read_error(v, facts_.error, false);
        });
    }

    LineDocument document_;
    LineFacts facts_;
    SeenMembers seen_;
};

}  // namespace

std::unique_ptr<LineParser> make_line_parser() {
    return std::make_unique<Parser>();
}

}  // namespace overnight::providers::anthropic
