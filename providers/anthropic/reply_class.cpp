#include "providers/anthropic/reply_class.hpp"

#include "providers/anthropic/errors.hpp"
#include "providers/anthropic/wire.hpp"
#include "providers/reply_status.hpp"
#include "providers/wire_values.hpp"

#include <string>

namespace overnight::providers::anthropic {
namespace {

Reply reply_of(ReplyClass what, const ErrorBody& e) {
    return {what, e.code.empty() ? e.type : e.code,
            std::string(cut_utf8(e.message, kept_message_bytes))};
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

}  // namespace

Reply classify_reply(const model::HttpResponse& reply) {
    if (is_success(reply.status)) return {ReplyClass::ok, "", ""};
    const auto error = read_error(reply.body);
    if (!error) return foreign_reply("Anthropic", ReplyClass::retry, reply);
    return reply_of(class_of(*error, reply.status), *error);
}

Reply classify_create_reply(const model::HttpResponse& reply) {
    if (is_success(reply.status)) {
        if (const auto batch = read_batch(reply); !batch)
            return {ReplyClass::ambiguous, "", batch.error().message()};
        return {ReplyClass::ok, "", ""};
    }
    const auto error = read_error(reply.body);
    if (!error) return foreign_reply("Anthropic", ReplyClass::ambiguous, reply);
    if (!proves_no_effect(reply.status)) return reply_of(ReplyClass::ambiguous, *error);
    const ReplyClass what = class_of(*error, reply.status);
    // A fault of the server's under a status of ours: neither is to be believed.
    return reply_of(what == ReplyClass::retry ? ReplyClass::ambiguous : what, *error);
}

}  // namespace overnight::providers::anthropic
