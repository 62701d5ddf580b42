#include "providers/gemini/error_codes.hpp"

#include "providers/phrase.hpp"

#include <array>

namespace overnight::providers::gemini {
namespace {

using namespace std::string_view_literals;

struct Code {
    Rpc rpc;
    std::string_view word;
    int http;
};
constexpr std::array<Code, 17> codes{{{Rpc::ok, "OK", 200},
                                      {Rpc::cancelled, "CANCELLED", 499},
                                      {Rpc::unknown, "UNKNOWN", 500},
                                      {Rpc::invalid_argument, "INVALID_ARGUMENT", 400},
                                      {Rpc::deadline_exceeded, "DEADLINE_EXCEEDED", 504},
                                      {Rpc::not_found, "NOT_FOUND", 404},
                                      {Rpc::already_exists, "ALREADY_EXISTS", 409},
                                      {Rpc::permission_denied, "PERMISSION_DENIED", 403},
                                      {Rpc::resource_exhausted, "RESOURCE_EXHAUSTED", 429},
                                      {Rpc::failed_precondition, "FAILED_PRECONDITION", 400},
                                      {Rpc::aborted, "ABORTED", 409},
                                      {Rpc::out_of_range, "OUT_OF_RANGE", 400},
                                      {Rpc::unimplemented, "UNIMPLEMENTED", 501},
                                      {Rpc::internal, "INTERNAL", 500},
                                      {Rpc::unavailable, "UNAVAILABLE", 503},
                                      {Rpc::data_loss, "DATA_LOSS", 500},
                                      {Rpc::unauthenticated, "UNAUTHENTICATED", 401}}};

constexpr std::array key_texts{"api key not valid"sv, "api key expired"sv, "api key not found"sv,
                               "api_key_invalid"sv, "reported as leaked"sv};
// Not "billing" alone: every exhausted quota says "please check your plan and billing details".
constexpr std::array billing_texts{
    "enable billing"sv,       "billing account"sv,           "billing to be enabled"sv,
    "credits are depleted"sv, "location is not supported"sv, "not available in your country"sv};
// Words that a row's own schema or parameters may have: a refused request names its fields.
constexpr std::array money_words{"billing is"sv,     "billing has"sv, "spend limit"sv, "spending"sv,
                                 "spend cap"sv,      "spend-based"sv, "prepay"sv,      "prepaid"sv,
                                 "credit balance"sv, "payment"sv};

Rpc code_of_number(std::uint64_t number) noexcept {
    if (number < codes.size()) return codes[number].rpc;
    switch (number) {
    case 402:
        return Rpc::permission_denied;
    case 408:
        return Rpc::deadline_exceeded;
    case 409:
        return Rpc::aborted;
    case 500:
        return Rpc::internal;
    default:
        break;
    }
    for (const auto& code : codes)
        if (static_cast<std::uint64_t>(code.http) == number) return code.rpc;
    if (number >= 400 && number <= 499) return Rpc::invalid_argument;
    return number >= 500 && number <= 599 ? Rpc::unavailable : Rpc::unknown;
}

}  // namespace

std::string_view word_of(Rpc code) noexcept {
    return codes[static_cast<std::size_t>(code)].word;
}

int http_status_of(Rpc code) noexcept {
    return codes[static_cast<std::size_t>(code)].http;
}

Rpc code_of(const ErrorText& e) noexcept {
    for (const auto& code : codes)
        if (code.word == e.status) return code.rpc;
    return code_of_number(e.code);
}

bool says_bad_key(const ErrorText& e) noexcept {
    return e.reason == "API_KEY_INVALID" || code_of(e) == Rpc::unauthenticated ||
           holds_one_of(e.message, key_texts);
}

bool says_billing(const ErrorText& e) noexcept {
    if (e.reason == "BILLING_DISABLED" || e.code == 402) return true;
    if (holds_one_of(e.message, billing_texts)) return true;
    return code_of(e) != Rpc::invalid_argument && holds_one_of(e.message, money_words);
}

bool says_quota_used(const ErrorText& e) noexcept {
    return holds(e.message, "exceeded your current quota");
}

bool says_token_limit(const ErrorText& e) noexcept {
    if (code_of(e) != Rpc::resource_exhausted || holds(e.message, "concurrent")) return false;
    return holds(e.message, "quota") || holds(e.message, "token") || holds(e.message, "enqueued");
}

bool says_file_missing(const ErrorText& e) noexcept {
    const Rpc code = code_of(e);
    if (code == Rpc::permission_denied) return holds(e.message, "it may not exist");
    return code == Rpc::not_found && !holds(e.message, "model");
}

bool says_file_not_ready(const ErrorText& e) noexcept {
    return holds(e.message, "not in an active state");
}

}  // namespace overnight::providers::gemini
