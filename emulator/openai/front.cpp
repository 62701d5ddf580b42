// Keys, headers and errors of OpenAI's API (providers/openai.md 1).
#include "core/text.hpp"
#include "emulator/json_text.hpp"
#include "emulator/openai/dialect.hpp"
#include "emulator/openai/replies.hpp"
#include "emulator/openai/routes.hpp"

#include <algorithm>

namespace overnight::emulator::openai {

namespace {

constexpr std::size_t max_client_request_id = 512;

ApiError check_key(const Call& call) {
    if (call.key.empty()) {
        return {401,
                "You didn't provide an API key. You need to provide your API key in an "
                "Authorization header using "
                "Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
                "invalid_request_error", "", ""};
    }
    if (key_is_bad(call)) {
        return {401, "Incorrect API key provided. You can find your API key in the dashboard.",
                "invalid_request_error", "", "invalid_api_key"};
    }
    const auto id = call.header("X-Client-Request-Id");
    if (!id) return {};
    const bool ascii = std::all_of(id->begin(), id->end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (!ascii || id->size() > max_client_request_id) {
        return {400, "Invalid X-Client-Request-Id header.", "invalid_request_error", "", ""};
    }
    return {};
}

class OpenAiFront final : public Front {
public:
    bool owns(const Call&) const override { return true; }
    std::span<const Route> routes() const override { return openai::routes(); }
    std::string key_of(const Call& call) const override {
        if (const auto key = call.header("api-key")) return std::string(*key);  // Azure's
        return bearer_key(call);
    }
    ApiError check(const Call& call) const override { return check_key(call); }

    ApiError error_of(Trouble trouble, const Call& call, int status) const override {
        switch (trouble) {
        case Trouble::failed:
            return {status,
                    "The server had an error while processing your request. Sorry about that!",
                    "server_error"};
        case Trouble::refused:
            return {status, "The request was refused."};
        case Trouble::rate_limited:
            return {429, "Rate limit reached for requests. Please try again in 1s.", "requests", "",
                    "rate_limit_exceeded"};
        case Trouble::too_large:
            return {413, "Request too large."};
        case Trouble::bad_method:
            return {405,
                    "Not allowed to " + call.method + " on " + core::printable(call.path) + '.',
                    "invalid_request_error", "", "method_not_supported"};
        case Trouble::no_route:
            break;
        }
        return {
            404,
            "Invalid URL (" + core::printable(call.method) + ' ' + core::printable(call.path) + ')',
            "invalid_request_error", "", "unknown_url"};
    }

    Reply error_reply(const Call&, const ApiError& error) const override {
        return openai::error_reply(error);
    }

    void add_headers(World& world, const Call& call, Reply& reply) const override {
        reply.headers.push_back({"x-request-id", call.request_id});
        reply.headers.push_back({"openai-version", "2020-10-01"});
        reply.headers.push_back({"openai-processing-ms", std::to_string(5 + world.requests % 20)});
        reply.headers.push_back({"openai-organization", "org-emulated"});
    }
};

}  // namespace

const Front& front() noexcept {
    static const OpenAiFront one;
    return one;
}

void put_error_body(std::string& out, const ApiError& error) {
    out += R"({"error":)";
    ObjectWriter(out)
        .text("message", error.message)
        .text("type", error.type)
        .text_or_null("param", error.param)
        .text_or_null("code", error.code)
        .end();
    out += '}';
}

Reply error_reply(const ApiError& error) {
    Reply reply;
    reply.status = error.status;
    put_error_body(reply.body, error);
    return reply;
}

Reply invalid_request(std::string message, std::string param, std::string code) {
    return error_reply(
        {400, std::move(message), "invalid_request_error", std::move(param), std::move(code)});
}

}  // namespace overnight::emulator::openai
