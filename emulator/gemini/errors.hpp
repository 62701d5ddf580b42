// google.rpc.Status: the error envelope of replies, the error of operations and that of result
// lines (providers/gemini.md 2.4, 5, 7). ApiError::type is the canonical name.
#pragma once

#include "emulator/api_error.hpp"

#include <string>
#include <string_view>

namespace overnight::emulator::gemini {

/// A canonical error in its three forms.
struct StatusCode {
    std::string_view name;  ///< "RESOURCE_EXHAUSTED"
    int rpc = 2;            ///< 8
    int http = 500;         ///< 429
};

/// What an HTTP status means when nothing else is known.
StatusCode status_of_http(int http) noexcept;
/// UNKNOWN when there is no error of that name.
StatusCode status_of_name(std::string_view name) noexcept;

/// An error with the HTTP status that goes with its name.
ApiError rpc_error(std::string_view name, std::string message, std::string details = {});
/// An error whose name follows from its HTTP status.
ApiError http_error(int http, std::string message, std::string details = {});
/// INVALID_ARGUMENT for a JSON field that a message does not have; `at` is empty for its root.
ApiError unknown_field(std::string_view name, std::string_view at);

/// `{"error":{"code":429,"message":"...","status":"RESOURCE_EXHAUSTED","details":[...]}}`.
void put_error_envelope(std::string& out, const ApiError& error);

/// Which number `code` shows: both were seen in result lines.
enum class CodeForm { rpc, http };
/// `{"code":8,"message":"..."}`, with "details" when there are any.
void put_status(std::string& out, const ApiError& error, CodeForm form = CodeForm::rpc);

/// The only detail of a refused create (providers/gemini.md 7): links, and no time to wait.
std::string help_detail();
/// google.rpc.RetryInfo, as ordinary calls carry it.
std::string retry_detail(double seconds);

}  // namespace overnight::emulator::gemini
