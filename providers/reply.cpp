// Names of the values that every adapter speaks in, and what an adapter does that says nothing
// else.
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

model::HttpRequest Adapter::result_page(const core::RemoteFileId& results, std::string_view) const {
    return fetch(results);
}

core::Result<std::string> Adapter::parse_result_page(const model::HttpResponse&,
                                                     std::string&) const {
    return core::Error(core::Errc::internal, "this provider's results are files");
}

std::optional<model::HttpRequest> Adapter::ordinary_call(std::string_view,
                                                         std::string_view,
                                                         std::string_view) const {
    return std::nullopt;
}

void Adapter::append_reply_line(std::string&, std::string_view, const model::HttpResponse&) const {}

}  // namespace overnight::providers
