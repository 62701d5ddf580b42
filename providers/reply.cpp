// Names of the values that every adapter speaks in.
#include "providers/api.hpp"

namespace overnight::providers {

std::string_view name(ReplyClass c) noexcept {
    switch (c) {
    case ReplyClass::ok:
        return "ok";
    case ReplyClass::retry:
        return "retry";
    case ReplyClass::rate_limited:
        return "rate_limited";
    case ReplyClass::rejected:
        return "rejected";
    case ReplyClass::not_found:
        return "not_found";
    case ReplyClass::unauthorized:
        return "unauthorized";
    case ReplyClass::quota:
        return "quota";
    case ReplyClass::token_limit:
        return "token_limit";
    case ReplyClass::ambiguous:
        return "ambiguous";
    }
    return "ambiguous";
}

void LineResult::clear() {
    custom_id.clear();
    verdict = model::Verdict::retryable;
    text.clear();
    items.clear();
    status = 0;
    code.clear();
    message.clear();
    usage = {};
}

}  // namespace overnight::providers
