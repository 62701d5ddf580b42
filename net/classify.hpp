// What a reply says about time. Pure.
#pragma once

#include "core/clock.hpp"
#include "model/http.hpp"

#include <chrono>
#include <optional>

namespace overnight::net {

/// A wait that a server asked for is never reported as longer than this. Callers wait an hour at
/// most and hold the account when more was asked (FAULTS 74).
inline constexpr std::chrono::milliseconds retry_after_cap = std::chrono::hours{24};

/// How long the server asks us to wait: `retry-after-ms`, else `Retry-After` as seconds (a fraction
/// is allowed) or as an HTTP date, which is taken against `now`; a date that has passed is 0.
/// Nothing when there is no such header, or when it is negative or makes no sense: the caller's own
/// backoff applies then.
std::optional<std::chrono::milliseconds> retry_after(const model::HttpResponse& response,
                                                     core::TimePoint now);

}  // namespace overnight::net
