// Keys and errors of Gemini's API (providers/gemini.md 1, 7).
#include "core/text.hpp"
#include "emulator/gemini/dialect.hpp"
#include "emulator/gemini/replies.hpp"
#include "emulator/gemini/routes.hpp"

namespace overnight::emulator::gemini {

namespace {

constexpr const char* no_route = "no_route";  // as ApiError::code: the front end answers, in HTML

std::string html_page(const ApiError& error) {
    return "<!DOCTYPE html>\n<html lang=en>\n<title>Error " + std::to_string(error.status) +
           " (Not Found)!!1</title>\n<p><b>" + std::to_string(error.status) +
           ".</b> That's an error.\n<p>" + error.message + "\n</html>\n";
}

ApiError bad_key(const Rule& rule) {
    const auto status = static_cast<int>(rule.integer("status", 403));
    if (status == 400) {
        return rpc_error("INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.",
                         R"([{"@type":"type.googleapis.com/google.rpc.ErrorInfo",)"
                         R"("reason":"API_KEY_INVALID","domain":"googleapis.com",)"
                         R"("metadata":{"service":"generativelanguage.googleapis.com"}}])");
    }
    return http_error(status, "The API key was refused. Please pass a valid API key.");
}

class GeminiFront final : public Front {
public:
    bool owns(const Call& call) const override {
        for (const std::string_view prefix : {"/v1beta/", "/upload/v1beta/", "/download/v1beta/"}) {
            if (call.path.starts_with(prefix)) return true;
        }
        return false;
    }

    std::span<const Route> routes() const override { return gemini::routes(); }

    std::string key_of(const Call& call) const override {
        if (const auto header = call.header("x-goog-api-key")) return std::string(*header);
        return std::string(call.parameter("key").value_or(""));
    }

    std::string batch_of(const Call& call) const override {
        return call.path.starts_with("/v1beta/batches/") ? "batches/" + call.id : std::string();
    }

    ApiError check(const Call& call) const override {
        if (call.key.empty()) {
            // Whoever knows the address of an upload may go on with it.
            if (call.path.starts_with(upload_session_path)) return {};
            return rpc_error("PERMISSION_DENIED",
                             "Method doesn't allow unregistered callers (callers without "
                             "established identity). Please use API Key or other form of API "
                             "consumer identity to call this API.");
        }
        for (const Rule* const rule : call.script->world(Fault::bad_key)) {
            if (rule->has("key") && rule->text("key", "") != call.key) continue;
            return bad_key(*rule);
        }
        return {};
    }

    ApiError error_of(Trouble trouble, const Call& call, int status) const override {
        switch (trouble) {
        case Trouble::failed:
            return http_error(status, status == 503
                                          ? "The model is overloaded. Please try again later."
                                          : "An internal error has occurred. Please retry or "
                                            "report in https://developers.generativeai.google/"
                                            "guide/troubleshooting");
        case Trouble::refused:
            return http_error(status, "The request was refused.");
        case Trouble::rate_limited:
            return is_create(call.path)
                       ? out_of_quota()
                       : rpc_error("RESOURCE_EXHAUSTED",
                                   "You exceeded your current quota. Please retry in 1s.",
                                   retry_detail(1));
        case Trouble::too_large:
            return rpc_error("INVALID_ARGUMENT", "Request payload size exceeds the limit.");
        case Trouble::bad_method:
        case Trouble::no_route:
            break;
        }
        ApiError error = rpc_error("NOT_FOUND", "The requested URL " + core::printable(call.path) +
                                                    " was not found on this server.");
        error.code = no_route;
        return error;
    }

    Reply error_reply(const Call&, const ApiError& error) const override {
        if (error.code != no_route) return gemini::error_reply(error);
        Reply reply;
        reply.status = error.status;
        reply.content_type = "text/html; charset=UTF-8";
        reply.body = html_page(error);
        return reply;
    }

    void add_headers(World&, const Call&, Reply&) const override {}
};

}  // namespace

const Front& front() noexcept {
    static const GeminiFront one;
    return one;
}

Reply error_reply(const ApiError& error) {
    Reply reply;
    reply.status = error.status;
    put_error_envelope(reply.body, error);
    return reply;
}

Reply not_found() {
    return error_reply(rpc_error("NOT_FOUND", "Requested entity was not found."));
}

Reply invalid_argument(std::string message) {
    return error_reply(rpc_error("INVALID_ARGUMENT", std::move(message)));
}

ApiError out_of_quota() {
    return rpc_error("RESOURCE_EXHAUSTED",
                     "You exceeded your current quota, please check your plan and billing details.",
                     help_detail());
}

Reply empty_reply() {
    return json_reply("{}");
}

}  // namespace overnight::emulator::gemini
