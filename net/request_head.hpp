// The text of a request's header. Pure; the one place where a key becomes text.
#pragma once

#include "core/error.hpp"
#include "model/http.hpp"
#include "net/client.hpp"

#include <string>
#include <string_view>

namespace overnight::net {

/// Where a request goes: `home` is the account's own scheme, host and port, and gets the key; after
/// a redirect away from it a request is `foreign`: neither the key nor the caller's headers go
/// there.
enum class Audience { home, foreign };

/// Refuses with Errc::invalid_input what would not survive the way: control characters in a header
/// or target, names that are no tokens, headers that are ours to set. No message shows a header's
/// value.
core::Result<std::string> request_head(const model::HttpRequest& request,
                                       const ClientConfig& config,
                                       const BaseUrl& origin,
                                       std::string_view target,
                                       Audience audience);

}  // namespace overnight::net
