#include "providers/openai/reply_class.hpp"

#include "providers/openai/error_codes.hpp"
#include "providers/openai/wire.hpp"
#include "providers/phrase.hpp"
#include "providers/reply_status.hpp"
#include "providers/wire_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace overnight::providers::openai {
namespace {

constexpr std::string_view file_not_found = "file_not_found";

ErrorText text_of(const ErrorBody& e) noexcept {
    return {e.code, e.type, e.message};
}

Reply reply_of(ReplyClass what, const ErrorBody& e) {
    return {what, e.code.empty() ? e.type : e.code,
            std::string(cut_utf8(e.message, kept_message_bytes))};
}

/// What code and type alone say, before the status is looked at.
std::optional<ReplyClass> class_of_code(const ErrorText& e) noexcept {
    if (says_quota(e)) return ReplyClass::quota;
    if (says_token_limit(e)) return ReplyClass::token_limit;
    if (says_rate_limit(e)) return ReplyClass::rate_limited;
    return std::nullopt;
}

/// In a framework's words alone only those statuses that come before its work: the key, the route,
/// the body.
bool proves_no_effect_here(int status, const ErrorBody& e) noexcept {
    constexpr std::array bare_proofs{400, 401, 403, 404, 405, 422};
    if (!e.bare) return proves_no_effect(status);
    return std::find(bare_proofs.begin(), bare_proofs.end(), status) != bare_proofs.end();
}

}  // namespace

Reply classify_reply(const Profile& profile, const model::HttpResponse& reply) {
    if (is_success(reply.status)) return {ReplyClass::ok, "", ""};
    const auto error = read_error(profile, reply.body);
    if (!error) return foreign_reply(profile.name, ReplyClass::retry, reply);
    const ErrorText text = text_of(*error);
    if (const auto what = class_of_code(text)) return reply_of(*what, *error);
    // A batch that has ended cannot be cancelled; asking again does not change it (openai.md 1.4).
    if (reply.status == 409 && holds(text.message, "cannot cancel"))
        return reply_of(ReplyClass::rejected, *error);
    return reply_of(class_of_status(reply.status), *error);
}

Reply classify_create_reply(const Profile& profile, const model::HttpResponse& reply) {
    if (is_success(reply.status)) {
        if (const auto batch = read_batch(profile, reply); !batch)
            return {ReplyClass::ambiguous, "", batch.error().message()};
        return {ReplyClass::ok, "", ""};
    }
    const auto error = read_error(profile, reply.body);
    if (!error) return foreign_reply(profile.name, ReplyClass::ambiguous, reply);
    if (!proves_no_effect_here(reply.status, *error))
        return reply_of(ReplyClass::ambiguous, *error);
    const ErrorText text = text_of(*error);
    if (const auto what = class_of_code(text)) return reply_of(*what, *error);
    Reply result = reply_of(class_of_status(reply.status), *error);
    const bool about_file =
        result.what == ReplyClass::rejected || result.what == ReplyClass::not_found;
    // A fault of the server's under a status of ours: neither is to be believed.
    if (about_file && says_server_fault(text)) return reply_of(ReplyClass::ambiguous, *error);
    if (about_file && says_file_missing(text)) result.code = file_not_found;
    return result;
}

Reply classify_failed_batch(const BatchView& batch) {
    using Problem = BatchView::Problem;
    const auto first = [&](auto holds_for) -> const Problem* {
        const auto found = std::find_if(batch.errors.begin(), batch.errors.end(), holds_for);
        return found == batch.errors.end() ? nullptr : &*found;
    };
    const auto as_text = [](const Problem& p) { return ErrorText{p.code, "", p.message}; };
    const auto result = [](ReplyClass what, const Problem& p) {
        return Reply{what, p.code, std::string(cut_utf8(p.message, kept_message_bytes))};
    };
    // Reasons that hold for the batch as a whole come first: its lines may be sent again as they
    // are.
    if (const auto* p = first([&](const Problem& x) { return says_token_limit(as_text(x)); }))
        return result(ReplyClass::token_limit, *p);
    if (const auto* p = first([&](const Problem& x) { return says_quota(as_text(x)); }))
        return result(ReplyClass::quota, *p);
    if (const auto* p = first([&](const Problem& x) { return says_file_missing(as_text(x)); })) {
        Reply reply = result(ReplyClass::retry, *p);
        reply.code = file_not_found;
        return reply;
    }
    if (const auto* p = first(
            [&](const Problem& x) { return x.line.has_value() || says_bad_file(as_text(x)); }))
        return result(ReplyClass::rejected, *p);
    if (!batch.errors.empty()) return result(ReplyClass::retry, batch.errors.front());
    return {ReplyClass::retry, "", "the batch failed and names no reason"};
}

std::optional<std::uint64_t> enqueued_limit(std::string_view message) {
    constexpr std::string_view before = "Limit: ";
    constexpr std::string_view behind = " enqueued tokens";
    for (std::size_t at = message.find(before); at != std::string_view::npos;
         at = message.find(before, at)) {
        at += before.size();
        const std::size_t end = message.find_first_not_of("0123456789,", at);
        if (end == std::string_view::npos) return std::nullopt;
        if (!message.substr(end).starts_with(behind)) continue;
        std::string digits(message.substr(at, end - at));
        digits.erase(std::remove(digits.begin(), digits.end(), ','), digits.end());
        std::uint64_t limit = 0;
        const auto* stop = digits.data() + digits.size();
        const auto [read, code] = std::from_chars(digits.data(), stop, limit);
        if (code == std::errc{} && read == stop && limit > 0) return limit;
    }
    return std::nullopt;
}

}  // namespace overnight::providers::openai
