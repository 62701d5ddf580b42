#include "providers/gemini/line_verdict.hpp"

#include "providers/phrase.hpp"
#include "providers/wire_values.hpp"

#include <algorithm>
#include <array>

namespace overnight::providers::gemini {
namespace {

using model::Verdict;

/// Ends for what the text is about (gemini.md 8). The set is open: other words are bad answers.
constexpr std::array<std::string_view, 8> filters{"SAFETY",
                                                  "RECITATION",
                                                  "BLOCKLIST",
                                                  "PROHIBITED_CONTENT",
                                                  "SPII",
                                                  "IMAGE_SAFETY",
                                                  "IMAGE_PROHIBITED_CONTENT",
                                                  "IMAGE_RECITATION"};

void set(LineResult& out, Verdict verdict, std::string_view code, std::string_view message) {
    out.verdict = verdict;
    out.code.assign(code);
    out.message.assign(cut_utf8(message, kept_message_bytes));
    if (verdict != Verdict::answered && verdict != Verdict::cut_off) out.text.clear();
    if (verdict != Verdict::answered) out.items.clear();
}

Verdict verdict_of(const ErrorText& e) noexcept {
    // A key that was revoked while the batch ran is no fault of the row: the account waits, as for
    // money.
    if (says_bad_key(e) || says_billing(e)) return Verdict::quota;
    switch (code_of(e)) {
    case Rpc::cancelled:
        return Verdict::never_ran;
    case Rpc::permission_denied:
        // Of a file or a cache that the row itself names.
        return says_file_missing(e) || holds(e.message, "not found") ? Verdict::permanent
                                                                     : Verdict::quota;
    case Rpc::resource_exhausted:
        return says_quota_used(e) ? Verdict::quota : Verdict::retryable;
    case Rpc::invalid_argument:
    case Rpc::not_found:
    case Rpc::already_exists:
    case Rpc::failed_precondition:
    case Rpc::out_of_range:
    case Rpc::unimplemented:
        return Verdict::permanent;
    default:
        return Verdict::retryable;
    }
}

void judge_error(const ErrorText& e, LineResult& out) {
    const Rpc code = code_of(e);
    const bool named = e.code != 0 || !e.status.empty();
    out.status = named ? http_status_of(code) : 0;
    set(out, verdict_of(e), named ? word_of(code) : std::string_view(), e.message);
}

void judge_answer(const LineFacts& facts, LineResult& out) {
    const bool empty = out.text.empty() && out.items.empty();
    if (empty && !facts.blocked.empty())
        return set(out, Verdict::filtered, facts.blocked, "the prompt was blocked");
    if (facts.finish == "MAX_TOKENS")  // thoughts count: the answer may not even have begun
        return set(out, Verdict::cut_off, facts.finish, facts.finish_message);
    if (std::find(filters.begin(), filters.end(), facts.finish) != filters.end())
        return set(out, Verdict::filtered, facts.finish, facts.finish_message);
    if (!facts.finish.empty() && facts.finish != "STOP")
        return set(out, Verdict::bad_answer, facts.finish, facts.finish_message);
    if (empty && facts.called_tool)
        return set(out, Verdict::bad_answer, "tool_calls",
                   "the model called a tool instead of answering");
    if (facts.damaged)
        return set(out, Verdict::bad_answer, "malformed", "the embedding is no list of numbers");
    if (empty) return set(out, Verdict::bad_answer, "empty", "the answer is empty");
    if (!out.text.empty() && facts.finish.empty())
        return set(out, Verdict::bad_answer, "unfinished", "the answer has no finishReason");
    set(out, Verdict::answered, "", "");
}

}  // namespace

void judge(const LineFacts& facts, LineResult& out) {
    out.status = 0;
    if (facts.has_error) return judge_error(facts.error, out);
    if (!facts.has_response)
        return set(out, Verdict::retryable, "", "the line has neither a response nor an error");
    out.status = 200;
    judge_answer(facts, out);
}

}  // namespace overnight::providers::gemini
