// Keys, versions, headers and errors of Anthropic's API (providers/anthropic.md 1, 4).
#include "core/text.hpp"
#include "emulator/anthropic/dialect.hpp"
#include "emulator/anthropic/replies.hpp"
#include "emulator/anthropic/routes.hpp"
#include "emulator/json_text.hpp"

namespace overnight::emulator::anthropic {

namespace {

constexpr const char* overloaded = "Overloaded";
constexpr const char* failed = "Internal server error";

bool under(std::string_view path, std::string_view root) {
    return path == root || (path.starts_with(root) && path[root.size()] == '/');
}

ApiError check_key(const Call& call) {
    if (call.key.empty()) {
        return error_of(401, call.header("x-api-key") || call.header("Authorization")
                                 ? "invalid x-api-key"
                                 : "x-api-key header is required");
    }
    if (call.header("x-api-key") && call.header("Authorization"))
        return error_of(401, "send x-api-key or Authorization, not both");
    for (const Rule* const rule : call.script->world(Fault::bad_key)) {
        if (!rule->has("key") || rule->text("key", "") == call.key)
            return error_of(401, "invalid x-api-key");
    }
    return {};
}

ApiError check_headers(const Call& call) {
    const auto version = call.header("anthropic-version");
    if (!version) return invalid("anthropic-version: header is required");
    if (*version != first_version && *version != sampling_free_version) {
        return invalid("anthropic-version: \"" + core::printable(*version, 40) +
                       "\" is not a valid version");
    }
    const bool has_body = call.method == "POST" && !call.path.ends_with("/cancel");
    if (has_body && !call.header("Content-Type").value_or("").starts_with("application/json"))
        return invalid("Content-Type: must be application/json");
    return {};
}

class AnthropicFront final : public Front {
public:
    bool owns(const Call& call) const override {
        return call.root == anthropic_root || under(call.path, "/v1/messages") ||
               (under(call.path, "/v1/models") && call.header("anthropic-version"));
    }

    std::span<const Route> routes() const override { return anthropic::routes(); }

    std::string key_of(const Call& call) const override {
        if (const auto key = call.header("x-api-key")) return std::string(*key);
        return bearer_key(call);
    }

    ApiError check(const Call& call) const override {
        ApiError wrong = check_key(call);
        return wrong.status != 0 ? wrong : check_headers(call);
    }

    ApiError error_of(Trouble trouble, const Call& call, int status) const override {
        switch (trouble) {
        case Trouble::failed:
            return anthropic::error_of(status, status == 529 ? overloaded : failed);
        case Trouble::refused:
            return anthropic::error_of(status, "The request was refused.");
        case Trouble::rate_limited:
            return anthropic::error_of(429,
                                       "This request would exceed your organization's rate limit.");
        case Trouble::too_large:
            return anthropic::error_of(413, "Request exceeds the maximum size");
        case Trouble::bad_method:
            return anthropic::error_of(405, "Method Not Allowed");
        case Trouble::no_route:
            break;
        }
        return anthropic::error_of(404, "Not found: " + core::printable(call.path));
    }

    Reply error_reply(const Call& call, const ApiError& error) const override {
        return anthropic::error_reply(call, error);
    }

    void add_headers(World&, const Call& call, Reply& reply) const override {
        reply.headers.push_back({"request-id", call.request_id});
        reply.headers.push_back(
            {"anthropic-organization-id", "0e000000-0000-4000-8000-00000000a17c"});
    }
};

}  // namespace

const Front& front() noexcept {
    static const AnthropicFront one;
    return one;
}

std::string_view error_type(int status) noexcept {
    switch (status) {
    case 401:
        return "authentication_error";
    case 402:
        return "billing_error";
    case 403:
        return "permission_error";
    case 404:
        return "not_found_error";
    case 409:
        return "conflict_error";
    case 413:
        return "request_too_large";
    case 429:
        return "rate_limit_error";
    case 504:
        return "timeout_error";
    case 529:
        return "overloaded_error";
    default:
        return status >= 400 && status < 500 ? "invalid_request_error" : "api_error";
    }
}

ApiError error_of(int status, std::string message, std::string code) {
    return {status, std::move(message), std::string(error_type(status)), "", std::move(code)};
}

ApiError invalid(std::string message) {
    return error_of(400, std::move(message));
}

void put_error(std::string& out, const ApiError& error, std::string_view request_id) {
    ObjectWriter envelope(out);
    envelope.text("type", "error");
    ObjectWriter inner(envelope.key("error"));
    inner.text("type", error.type).text("message", error.message);
    if (!error.code.empty())
        ObjectWriter(inner.key("details")).text("error_code", error.code).end();
    inner.end();
    envelope.text("request_id", request_id).end();
}

Reply error_reply(const Call& call, const ApiError& error) {
    Reply reply;
    reply.status = error.status;
    put_error(reply.body, error, call.request_id);
    return reply;
}

}  // namespace overnight::emulator::anthropic
