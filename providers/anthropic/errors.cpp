#include "providers/anthropic/errors.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace overnight::providers::anthropic {
namespace {

using namespace std::string_view_literals;

constexpr std::array quota_codes{"enforced_spend_limit_reached"sv, "contract_spend_limit_reached"sv,
                                 "organization_on_hold"sv};
constexpr std::array key_codes{"claude_code_key_creator_not_member"sv, "cmek_key_disabled"sv};

constexpr std::array<std::pair<std::string_view, ErrorKind>, 11> types{
    {{"invalid_request_error", ErrorKind::request},
     {"request_too_large", ErrorKind::request},
     {"authentication_error", ErrorKind::key},
     {"permission_error", ErrorKind::key},
     {"billing_error", ErrorKind::quota},
     {"not_found_error", ErrorKind::missing},
     {"rate_limit_error", ErrorKind::rate},
     {"conflict_error", ErrorKind::server},
     {"api_error", ErrorKind::server},
     {"timeout_error", ErrorKind::server},
     {"overloaded_error", ErrorKind::server}}};

bool is_one_of(std::string_view word, const auto& words) noexcept {
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// An account without credit, or over a limit of its own choosing, is reported as a bad request:
/// only the words tell (seen from 2025-01 to 2026-09, unchanged). Taken for a bad request it would
/// cost every row of the shard.
bool names_the_account(std::string_view message) noexcept {
    return message.starts_with("Your credit balance is too low") ||
           (message.starts_with("You have reached your specified") &&
            message.find("usage limits") != std::string_view::npos);
}

}  // namespace

ErrorKind kind_of(const ErrorText& e) noexcept {
    if (is_one_of(e.code, quota_codes)) return ErrorKind::quota;
    if (is_one_of(e.code, key_codes)) return ErrorKind::key;
    for (const auto& [type, kind] : types) {
        if (e.type != type) continue;
        if (kind != ErrorKind::request) return kind;
        if (names_the_account(e.message)) return ErrorKind::quota;
        return e.message.starts_with("Output blocked by content filtering") ? ErrorKind::filtered
                                                                            : kind;
    }
    return ErrorKind::unknown;
}

}  // namespace overnight::providers::anthropic
