#include "providers/openai/line_verdict.hpp"

#include "providers/wire_values.hpp"

namespace overnight::providers::openai {
namespace {

using model::Verdict;

void set(LineResult& out, Verdict verdict, std::string_view code, std::string_view message) {
    out.verdict = verdict;
    out.code.assign(code);
    out.message.assign(cut_utf8(message, kept_message_bytes));
    if (verdict != Verdict::answered && verdict != Verdict::cut_off) out.text.clear();
    if (verdict != Verdict::answered) out.items.clear();
}

bool is_transient(int status) noexcept {
    return status == 408 || status == 409 || status == 425 || status == 429 || status >= 500;
}

Verdict verdict_of(const ErrorText& e, int status, bool has_response) noexcept {
    if (status == 0 && says_never_ran(e)) return Verdict::never_ran;
    // A key that was revoked while the batch ran is no fault of the row: the account waits, as for
    // money.
    if (says_quota(e) || status == 401 || status == 402) return Verdict::quota;
    if (says_filtered(e)) return Verdict::filtered;
    if ((status == 0 && has_response) || is_transient(status)) return Verdict::retryable;
    if (says_server_fault(e) || says_rate_limit(e)) return Verdict::retryable;
    // Seen for the provider's faults and the request's: sent again, then split, then given up.
    if (says_doubtful(e)) return Verdict::bad_answer;
    if (status >= 400) return Verdict::permanent;
    return says_bad_request(e) ? Verdict::permanent : Verdict::retryable;
}

void judge_error(const ErrorText& e, const LineFacts& facts, LineResult& out) {
    set(out, verdict_of(e, facts.status, facts.has_response), e.code.empty() ? e.type : e.code,
        e.message);
}

/// A 2xx response without an error.
void judge_answer(const BodyFacts& body, LineResult& out) {
    if (body.finish == "content_filter") return set(out, Verdict::filtered, body.finish, "");
    if (!body.refusal.empty()) return set(out, Verdict::bad_answer, "refusal", body.refusal);
    if (body.state == "incomplete")
        return set(out, Verdict::cut_off, body.finish.empty() ? body.state : body.finish, "");
    if (!body.state.empty() && body.state != "completed")
        return set(out, Verdict::retryable, body.state, "the response did not complete");
    if (body.finish == "length") return set(out, Verdict::cut_off, body.finish, "");
    const bool empty = out.text.empty() && out.items.empty();
    if (body.finish == "tool_calls" || body.finish == "function_call" ||
        (empty && body.called_tool))
        return set(out, Verdict::bad_answer, "tool_calls",
                   "the model called a tool instead of answering");
    if (body.damaged)
        return set(out, Verdict::bad_answer, "malformed",
                   "the answers cannot be matched to the inputs");
    if (empty) return set(out, Verdict::bad_answer, "empty", "the answer is empty");
    set(out, Verdict::answered, "", "");
}

}  // namespace

void judge(const LineFacts& facts, LineResult& out) {
    out.status = facts.status;
    if (facts.error.present) return judge_error(facts.error.text, facts, out);
    if (!facts.has_response)
        return set(out, Verdict::retryable, "", "the line has neither a response nor an error");
    if (facts.body.error.present) return judge_error(facts.body.error.text, facts, out);
    if (facts.status < 200 || facts.status > 299) return judge_error(facts.body.own, facts, out);
    judge_answer(facts.body, out);
}

}  // namespace overnight::providers::openai
