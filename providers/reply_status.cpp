#include "providers/reply_status.hpp"

#include "providers/wire_values.hpp"

#include <algorithm>
#include <array>

namespace overnight::providers {

bool proves_no_effect(int status) noexcept {
    constexpr std::array proofs{400, 401, 402, 403, 404, 405, 413, 415, 422, 429};
    return std::find(proofs.begin(), proofs.end(), status) != proofs.end();
}

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

Reply foreign_reply(std::string_view provider, ReplyClass what, const model::HttpResponse& reply) {
    std::string message = "HTTP " + std::to_string(reply.status) + " without " +
                          std::string(provider) + "'s error object";
    if (!reply.body.empty()) message.append(": ").append(cut_utf8(reply.body, 200));
    return {what, "", std::move(message)};
}

core::Error broken_reply(std::string_view provider,
                         std::string_view what,
                         const model::HttpResponse& reply) {
    return core::Error(core::Errc::protocol, std::string(provider) + "'s reply (HTTP " +
                                                 std::to_string(reply.status) + ") " +
                                                 std::string(what))
        .remote(reply.body);
}

}  // namespace overnight::providers
