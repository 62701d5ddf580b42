#include "providers/anthropic/reply_class.hpp"

#include "providers/anthropic/errors.hpp"
#include "providers/anthropic/wire.hpp"
#include "providers/wire_values.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace overnight::providers::anthropic {
namespace {

bool is_success(int status) noexcept {
    return status >= 200 && status <= 299;
}

Reply reply_of(ReplyClass what, const ErrorBody& e) {
    return {what, e.code.empty() ? e.type : e.code,
            std::string(cut_utf8(e.message, kept_message_bytes))};
}

/// Of a reply that does not have the provider's error shape.
Reply foreign(ReplyClass what, const model::HttpResponse& reply) {
    std::string message =
        "HTTP " + std::to_string(reply.status) + " without Anthropic's error object";
    if (!reply.body.empty()) message.append(": ").append(cut_utf8(reply.body, 200));
    return {what, "", std::move(message)};
}

/// Of an error whose type is not known.
ReplyClass class_of_status(int status) noexcept {
    switch (status) {
    case 401:
    case 403:
        return ReplyClass::unauthorized;
    case 402:
        return ReplyClass::quota;
    case 404:
        return ReplyClass::not_found;
    case 429:
        return ReplyClass::rate_limited;
    case 408:
    case 409:
    case 425:
        return ReplyClass::retry;
    default:
        return status >= 400 && status <= 499 ? ReplyClass::rejected : ReplyClass::retry;
    }
}

ReplyClass class_of(const ErrorBody& e, int status) noexcept {
    switch (kind_of({e.type, e.code, e.message})) {
    case ErrorKind::quota:
        return ReplyClass::quota;
    case ErrorKind::key:
        return ReplyClass::unauthorized;
    case ErrorKind::rate:
        return ReplyClass::rate_limited;
    case ErrorKind::missing:
        return ReplyClass::not_found;
    case ErrorKind::filtered:
    case ErrorKind::request:
        return ReplyClass::rejected;
    case ErrorKind::server:
        return ReplyClass::retry;
    case ErrorKind::unknown:
        break;
    }
    return class_of_status(status);
}

/// The statuses that, with the provider's error shape, prove that a create took no effect
/// (SUBMISSION 3.1).
bool proves_no_effect(int status) noexcept {
    constexpr std::array proofs{400, 401, 402, 403, 404, 405, 413, 415, 422, 429};
    return std::find(proofs.begin(), proofs.end(), status) != proofs.end();
}

}  // namespace

Reply classify_reply(const model::HttpResponse& reply) {
    if (is_success(reply.status)) return {ReplyClass::ok, "", ""};
    const auto error = read_error(reply.body);
    if (!error) return foreign(ReplyClass::retry, reply);
    return reply_of(class_of(*error, reply.status), *error);
}

Reply classify_create_reply(const model::HttpResponse& reply) {
    if (is_success(reply.status)) {
        if (const auto batch = read_batch(reply); !batch)
            return {ReplyClass::ambiguous, "", batch.error().message()};
        return {ReplyClass::ok, "", ""};
    }
    const auto error = read_error(reply.body);
    if (!error) return foreign(ReplyClass::ambiguous, reply);
    if (!proves_no_effect(reply.status)) return reply_of(ReplyClass::ambiguous, *error);
    const ReplyClass what = class_of(*error, reply.status);
    // A fault of the server's under a status of ours: neither is to be believed.
    return reply_of(what == ReplyClass::retry ? ReplyClass::ambiguous : what, *error);
}

}  // namespace overnight::providers::anthropic
