// What an HTTP status says of a provider's reply, whatever the provider: the one list of the
// statuses that prove that a create took no effect.
#pragma once

#include "core/error.hpp"
#include "model/http.hpp"
#include "providers/values.hpp"

#include <string>
#include <string_view>

namespace overnight::providers {

constexpr bool is_success(int status) noexcept {
    return status >= 200 && status <= 299;
}

/// Whether the status, in a reply that has the provider's error shape, proves that a create took no
/// effect (SUBMISSION 3.1).
bool proves_no_effect(int status) noexcept;

/// Of an error, where nothing but its status is understood. Never of a create.
ReplyClass class_of_status(int status) noexcept;

/// Of a reply that does not have the error shape of `provider` ("Gemini").
Reply foreign_reply(std::string_view provider, ReplyClass what, const model::HttpResponse& reply);

/// Errc::protocol: "Gemini's reply (HTTP 200) is no success".
core::Error broken_reply(std::string_view provider,
                         std::string_view what,
                         const model::HttpResponse& reply);

}  // namespace overnight::providers
