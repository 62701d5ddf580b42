#include "providers/openai/error_codes.hpp"

#include "providers/phrase.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace overnight::providers::openai {
namespace {

using namespace std::string_view_literals;

constexpr std::array quota_codes{"insufficient_quota"sv, "credit_balance_exhausted"sv,
                                 "billing_hard_limit_reached"sv, "billing_not_active"sv,
                                 "organization_usage_limit_exceeded"sv};
constexpr std::array quota_endings{"_spend_limit_exceeded"sv, "_spend_limit_reached"sv,
                                   "_usage_limit_exceeded"sv, "_usage_limit_reached"sv};
constexpr std::array rate_codes{"rate_limit_exceeded"sv, "slow_down"sv};
constexpr std::array rate_types{"rate_limit_error"sv, "requests"sv, "tokens"sv};
constexpr std::array server_codes{"server_error"sv, "server_is_overloaded"sv, "internal_error"sv,
                                  "internal_server_error"sv, "resource_unavailable"sv};
constexpr std::array server_types{"server_error"sv, "service_unavailable_error"sv};
constexpr std::array server_texts{"server had an error"sv, "overloaded"sv,
                                  "error occurred while processing"sv};
constexpr std::array bad_request_codes{"context_length_exceeded"sv,
                                       "max_tokens_per_request"sv,
                                       "model_not_found"sv,
                                       "invalid_prompt"sv,
                                       "invalid_request"sv,
                                       "invalid_value"sv,
                                       "invalid_type"sv,
                                       "missing_required_parameter"sv,
                                       "unsupported_parameter"sv,
                                       "unsupported_value"sv};
constexpr std::array bad_file_codes{"invalid_json_line"sv,     "missing_required_parameter"sv,
                                    "duplicate_custom_id"sv,   "invalid_url"sv,
                                    "url_mismatch"sv,          "mismatched_model"sv,
                                    "model_mismatch"sv,        "model_not_found"sv,
                                    "streaming_unsupported"sv, "invalid_method"sv,
                                    "too_many_tasks"sv,        "empty_file"sv};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) noexcept {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_quota_word(std::string_view word) noexcept {
    return is_one_of(word, quota_codes) ||
           std::any_of(quota_endings.begin(), quota_endings.end(),
                       [&](auto ending) { return word.ends_with(ending); });
}

}  // namespace

bool says_quota(const ErrorText& e) noexcept {
    return is_quota_word(e.code) || is_quota_word(e.type) ||
           holds(e.message, "exceeded your current quota");
}

bool says_token_limit(const ErrorText& e) noexcept {
    return e.code == "token_limit_exceeded" || holds(e.message, "enqueued token limit");
}

bool says_rate_limit(const ErrorText& e) noexcept {
    return is_one_of(e.code, rate_codes) || is_one_of(e.type, rate_types);
}

bool says_server_fault(const ErrorText& e) noexcept {
    return is_one_of(e.code, server_codes) || is_one_of(e.type, server_types) ||
           holds_one_of(e.message, server_texts);
}

bool says_file_missing(const ErrorText& e) noexcept {
    return holds(e.message, "cannot find file") || holds(e.message, "no such file object");
}

bool says_filtered(const ErrorText& e) noexcept {
    return holds(e.code, "content_policy") || holds(e.code, "content_filter");
}

bool says_never_ran(const ErrorText& e) noexcept {
    return e.code == "batch_expired" || e.code == "batch_cancelled" ||
           holds(e.message, "before the completion window expired") ||
           holds(e.message, "not executed because the batch was cancelled");
}

bool says_bad_request(const ErrorText& e) noexcept {
    return is_one_of(e.code, bad_request_codes) || e.type == "invalid_request_error";
}

bool says_doubtful(const ErrorText& e) noexcept {
    return holds(e.message, "there was an issue with your request");
}

bool says_bad_file(const ErrorText& e) noexcept {
    return is_one_of(e.code, bad_file_codes);
}

}  // namespace overnight::providers::openai
