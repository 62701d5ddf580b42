#include "providers/gemini/reply_class.hpp"

#include "providers/gemini/error_codes.hpp"
#include "providers/gemini/operation.hpp"
#include "providers/gemini/wire.hpp"
#include "providers/reply_status.hpp"
#include "providers/wire_values.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace overnight::providers::gemini {
namespace {

constexpr std::string_view file_not_found = "file_not_found";

Reply reply_of(ReplyClass what, const ErrorBody& e) {
    return {what, e.status, std::string(cut_utf8(e.message, kept_message_bytes)), e.wait};
}

/// Of a status from 400 to 499.
ReplyClass class_of(int status, const ErrorText& e) noexcept {
    if (says_bad_key(e)) return ReplyClass::unauthorized;
    if (says_billing(e)) return ReplyClass::quota;
    switch (status) {
    case 401:
        return ReplyClass::unauthorized;
    case 403:
        // Said of a name that nobody has: that is how this service says "not found" of a file.
        return says_file_missing(e) ? ReplyClass::not_found : ReplyClass::unauthorized;
    case 404:
        return ReplyClass::not_found;
    case 429:
        return ReplyClass::rate_limited;
    case 408:
    case 409:  // of an upload: the name is taken, so the next pass finds the file by it
    case 425:
    case 499:
        return ReplyClass::retry;
    default:
        return ReplyClass::rejected;
    }
}

/// The code's word names a fault of the server's. Under a status of ours neither is to be believed.
bool names_server_fault(const ErrorText& e) noexcept {
    switch (code_of(e)) {
    case Rpc::unknown:
    case Rpc::deadline_exceeded:
    case Rpc::aborted:
    case Rpc::internal:
    case Rpc::unavailable:
    case Rpc::data_loss:
        return true;
    default:
        return false;
    }
}

bool is_about_file(const ErrorText& e) noexcept {
    return says_file_missing(e) || says_file_not_ready(e);
}

/// Why a batch as a whole could not run, by its operation's error.
ReplyClass class_of_failure(const ErrorText& e) noexcept {
    if (says_bad_key(e)) return ReplyClass::unauthorized;
    if (says_billing(e)) return ReplyClass::quota;
    if (says_token_limit(e)) return ReplyClass::token_limit;
    if (is_about_file(e)) return ReplyClass::retry;
    switch (code_of(e)) {
    case Rpc::invalid_argument:
    case Rpc::not_found:
    case Rpc::already_exists:
    case Rpc::failed_precondition:
    case Rpc::out_of_range:
    case Rpc::unimplemented:
        return ReplyClass::rejected;
    case Rpc::permission_denied:
        return ReplyClass::unauthorized;
    default:
        return ReplyClass::retry;
    }
}

}  // namespace

Reply classify_reply(const model::HttpResponse& reply) {
    if (is_success(reply.status)) return {ReplyClass::ok, "", ""};
    const auto error = read_error(reply);
    if (!error) return foreign_reply("Gemini", ReplyClass::retry, reply);
    if (reply.status < 400 || reply.status > 499) return reply_of(ReplyClass::retry, *error);
    return reply_of(class_of(reply.status, error->text()), *error);
}

Reply classify_create_reply(const model::HttpResponse& reply) {
    if (is_success(reply.status)) {
        if (const auto batch = read_batch(reply); !batch)
            return {ReplyClass::ambiguous, "", batch.error().message()};
        return {ReplyClass::ok, "", ""};
    }
    const auto error = read_error(reply);
    if (!error) return foreign_reply("Gemini", ReplyClass::ambiguous, reply);
    if (!proves_no_effect(reply.status)) return reply_of(ReplyClass::ambiguous, *error);
    const ErrorText text = error->text();
    if (names_server_fault(text)) return reply_of(ReplyClass::ambiguous, *error);
    Reply result = reply_of(class_of(reply.status, text), *error);
    if (result.what == ReplyClass::rate_limited && says_token_limit(text))
        result.what = ReplyClass::token_limit;
    const bool may_be_file =
        result.what == ReplyClass::rejected || result.what == ReplyClass::not_found;
    if (may_be_file && is_about_file(text)) result.code = file_not_found;
    return result;
}

Reply classify_failed_batch(const BatchView& batch) {
    if (batch.errors.empty())
        return {ReplyClass::retry, "", "the batch failed and names no reason"};
    const auto& problem = batch.errors.front();  // an operation has one error
    const ErrorText text{0, problem.code, problem.message};
    Reply result{class_of_failure(text), problem.code,
                 std::string(cut_utf8(problem.message, kept_message_bytes))};
    if (result.what == ReplyClass::retry && is_about_file(text)) result.code = file_not_found;
    return result;
}

}  // namespace overnight::providers::gemini
