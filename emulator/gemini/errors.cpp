// google.rpc.Status as JSON.
#include "emulator/gemini/errors.hpp"

#include "emulator/json_text.hpp"

#include <array>

namespace overnight::emulator::gemini {

namespace {

constexpr std::array codes{
    StatusCode{"CANCELLED", 1, 499},           StatusCode{"UNKNOWN", 2, 500},
    StatusCode{"INVALID_ARGUMENT", 3, 400},    StatusCode{"DEADLINE_EXCEEDED", 4, 504},
    StatusCode{"NOT_FOUND", 5, 404},           StatusCode{"ALREADY_EXISTS", 6, 409},
    StatusCode{"PERMISSION_DENIED", 7, 403},   StatusCode{"RESOURCE_EXHAUSTED", 8, 429},
    StatusCode{"FAILED_PRECONDITION", 9, 400}, StatusCode{"ABORTED", 10, 409},
    StatusCode{"OUT_OF_RANGE", 11, 400},       StatusCode{"UNIMPLEMENTED", 12, 501},
    StatusCode{"INTERNAL", 13, 500},           StatusCode{"UNAVAILABLE", 14, 503},
    StatusCode{"UNAUTHENTICATED", 16, 401},
};

std::string_view name_of(const ApiError& error) noexcept {
    return error.type.empty() ? status_of_http(error.status).name : std::string_view(error.type);
}

}  // namespace

StatusCode status_of_http(int http) noexcept {
    if (http == 500) return status_of_name("INTERNAL");
    if (http == 502) return status_of_name("UNAVAILABLE");
    for (const StatusCode& code : codes) {
        if (code.http == http) return code;
    }
    return status_of_name(http >= 400 && http < 500 ? "INVALID_ARGUMENT" : "UNKNOWN");
}

StatusCode status_of_name(std::string_view name) noexcept {
    for (const StatusCode& code : codes) {
        if (code.name == name) return code;
    }
    return codes[1];
}

ApiError rpc_error(std::string_view name, std::string message, std::string details) {
    return {status_of_name(name).http, std::move(message), std::string(name), "", "",
            std::move(details)};
}

ApiError http_error(int http, std::string message, std::string details) {
    return {http, std::move(message), std::string(status_of_http(http).name), "",
            "",   std::move(details)};
}

ApiError unknown_field(std::string_view name, std::string_view at) {
    return rpc_error("INVALID_ARGUMENT", "Invalid JSON payload received. Unknown name \"" +
                                             std::string(name) + '"' +
                                             (at.empty() ? "" : " at '" + std::string(at) + "'") +
                                             ": Cannot find field.");
}

void put_error_envelope(std::string& out, const ApiError& error) {
    out += R"({"error":)";
    ObjectWriter object(out);
    object.number("code", error.status)
        .text("message", error.message)
        .text("status", name_of(error));
    if (!error.details.empty()) object.raw("details", error.details);
    object.end();
    out += '}';
}

void put_status(std::string& out, const ApiError& error, CodeForm form) {
    ObjectWriter object(out);
    const int code = form == CodeForm::http ? error.status : status_of_name(name_of(error)).rpc;
    object.number("code", code).text("message", error.message);
    if (!error.details.empty()) object.raw("details", error.details);
    object.end();
}

std::string help_detail() {
    return R"([{"@type":"type.googleapis.com/google.rpc.Help","links":[{"description":)"
           R"("Learn more about Gemini API quotas",)"
           R"("url":"https://ai.google.dev/gemini-api/docs/rate-limits"}]}])";
}

std::string retry_detail(double seconds) {
    std::string out = R"([{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":")";
    put_number(out, seconds);
    out += R"(s"}])";
    return out;
}

}  // namespace overnight::emulator::gemini
