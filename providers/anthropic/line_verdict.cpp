#include "providers/anthropic/line_verdict.hpp"

#include "providers/wire_values.hpp"

namespace overnight::providers::anthropic {
namespace {

using model::Verdict;

constexpr std::size_t kept_code_bytes = 100;

void set(LineResult& out, Verdict verdict, std::string_view code, std::string_view message) {
    out.verdict = verdict;
    out.code.assign(cut_utf8(code, kept_code_bytes));
    out.message.assign(cut_utf8(message, kept_message_bytes));
    if (verdict != Verdict::answered && verdict != Verdict::cut_off) out.text.clear();
}

Verdict verdict_of(const ErrorText& e) noexcept {
    switch (kind_of(e)) {
    // A key that was revoked while the batch ran is no fault of the row: the account waits, as for
    // money.
    case ErrorKind::quota:
    case ErrorKind::key:
        return Verdict::quota;
    case ErrorKind::filtered:
        return Verdict::filtered;
    case ErrorKind::missing:
    case ErrorKind::request:
        return Verdict::permanent;
    case ErrorKind::rate:
    case ErrorKind::server:
    case ErrorKind::unknown:
        break;
    }
    return Verdict::retryable;
}

/// Only a reason that says "complete" makes an answer; one that we do not know says nothing.
void judge_message(std::string_view reason, LineResult& out) {
    if (reason == "max_tokens" || reason == "model_context_window_exceeded")
        return set(out, Verdict::cut_off, reason, "");
    if (reason == "refusal")
        return set(out, Verdict::bad_answer, reason, "the model refused to answer");
    if (reason == "tool_use")
        return set(out, Verdict::bad_answer, reason,
                   "the model called a tool instead of answering");
    if (reason == "pause_turn")
        return set(out, Verdict::bad_answer, reason, "the model paused in the middle of its turn");
    if (reason != "end_turn" && reason != "stop_sequence")
        return set(out, Verdict::bad_answer, reason.empty() ? "no_stop_reason" : reason,
                   "the answer does not say that it is complete");
    if (out.text.empty()) return set(out, Verdict::bad_answer, "empty", "the answer is empty");
    set(out, Verdict::answered, "", "");
}

}  // namespace

void judge(const LineFacts& facts, LineResult& out) {
    if (facts.type == "succeeded") {
        out.status = 200;
        return judge_message(facts.stop_reason, out);
    }
    if (facts.type == "canceled" || facts.type == "expired")
        return set(out, Verdict::never_ran, facts.type, "");
    if (facts.type != "errored")
        return set(out, Verdict::retryable, facts.type, "the line names no result that is known");
    const auto& e = facts.error;
    set(out, verdict_of(e), e.code.empty() ? e.type : e.code, e.message);
}

}  // namespace overnight::providers::anthropic
