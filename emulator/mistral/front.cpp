// Keys, headers and errors of Mistral's API. The validation errors are those of its SDK; the other
// two shapes are not in providers/others.md, and are what the service has been seen to say.
#include "core/text.hpp"
#include "emulator/json_text.hpp"
#include "emulator/mistral/dialect.hpp"
#include "emulator/mistral/replies.hpp"
#include "emulator/mistral/routes.hpp"

namespace overnight::emulator::mistral {

namespace {

void put_validation_error(std::string& out, const ApiError& error) {
    out += R"({"detail":[)";
    ObjectWriter item(out);
    item.text("type", error.type);
    std::string& loc = item.key("loc");
    loc += R"(["body")";
    if (!error.param.empty()) {
        loc += ',';
        put_json(loc, error.param);
    }
    loc += ']';
    item.text("msg", error.message).end();
    out += "]}";
}

class MistralFront final : public Front {
public:
    bool owns(const Call& call) const override { return call.root == root; }
    std::span<const Route> routes() const override { return mistral::routes(); }
    std::string key_of(const Call& call) const override { return bearer_key(call); }

    ApiError check(const Call& call) const override {
        if (call.key.empty() || key_is_bad(call)) return refused(401, "Unauthorized");
        return {};
    }

    ApiError error_of(Trouble trouble, const Call&, int status) const override {
        switch (trouble) {
        case Trouble::failed:
            return {status, "Service unavailable.", "internal_server_error"};
        case Trouble::refused:
            return refused(status, "The request was refused.");
        case Trouble::rate_limited:
            return {429, "Requests rate limit exceeded", "rate_limited", "", "1300"};
        case Trouble::too_large:
            return refused(413, "Request body too large.");
        case Trouble::bad_method:
            return refused(405, "Method Not Allowed");
        case Trouble::no_route:
            break;
        }
        return refused(404, "Not Found");
    }

    Reply error_reply(const Call&, const ApiError& error) const override {
        Reply reply;
        reply.status = error.status;
        switch (error.status) {
        case 422:
            put_validation_error(reply.body, error);
            break;
        case 401:
        case 404:
        case 405:
            ObjectWriter(reply.body).text("detail", error.message).end();
            break;
        default:
            put_flat_error(reply.body, error);
        }
        return reply;
    }

    void add_headers(World&, const Call& call, Reply& reply) const override {
        reply.headers.push_back({"mistral-correlation-id", call.request_id});
    }
};

}  // namespace

const Front& front() noexcept {
    static const MistralFront one;
    return one;
}

ApiError unprocessable(std::string name, std::string message, std::string type) {
    return {422, std::move(message), std::move(type), std::move(name), ""};
}

ApiError refused(int status, std::string message) {
    return {status, std::move(message)};
}

void put_flat_error(std::string& out, const ApiError& error) {
    ObjectWriter(out)
        .text("object", "error")
        .text("message", error.message)
        .text("type", error.type)
        .text_or_null("param", error.param)
        .text_or_null("code", error.code)
        .end();
}

}  // namespace overnight::emulator::mistral
