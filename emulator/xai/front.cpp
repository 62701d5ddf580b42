// Routes, keys and errors of xAI's API. The envelope `{"code","error"}` is not in
// providers/others.md: it is what clients of the service read.
#include "core/text.hpp"
#include "emulator/json_text.hpp"
#include "emulator/openai/routes.hpp"
#include "emulator/xai/dialect.hpp"
#include "emulator/xai/routes.hpp"

#include <array>

namespace overnight::emulator::xai {

namespace {

constexpr std::size_t max_page = 1'000;
constexpr std::size_t usual_page = 100;

constexpr std::array table{
    Route{"POST", "/v1/files", upload_file, BodyMode::stream},
    Route{"GET", "/v1/files", list_files},
    Route{"GET", "/v1/files/{id}", get_file},
    Route{"DELETE", "/v1/files/{id}", openai::delete_file},
    Route{"GET", "/v1/files/{id}/content", openai::get_content},
    Route{"POST", "/v1/batches", create_batch, BodyMode::text},
    Route{"GET", "/v1/batches", list_batches},
    Route{"GET", "/v1/batches/{id}", get_batch},
    Route{"POST", "/v1/batches/{id}:cancel", cancel_batch},
    Route{"POST", "/v1/batches/{id}/requests", add_requests, BodyMode::text},
    Route{"GET", "/v1/batches/{id}/results", get_results},
    Route{"POST", "/v1/chat/completions", openai::ordinary_call, BodyMode::text},
    Route{"POST", "/v1/responses", openai::ordinary_call, BodyMode::text},
    Route{"GET", "/v1/models", openai::list_models},
    Route{"GET", "/v1/models/{id}", openai::get_model},
};

std::string_view words_of(int status) {
    switch (status) {
    case 400:
    case 413:
    case 422:
        return "Client specified an invalid argument";
    case 401:
        return "Unauthenticated";
    case 403:
        return "The caller does not have permission to execute the specified operation";
    case 404:
    case 405:
        return "Some requested entity was not found";
    case 429:
        return "Some resource has been exhausted";
    case 503:
        return "The service is currently unavailable";
    default:
        return status < 500 ? "The operation was rejected" : "Internal error";
    }
}

class XaiFront final : public Front {
public:
    bool owns(const Call& call) const override { return call.root == root; }
    std::span<const Route> routes() const override { return xai::routes(); }
    std::string key_of(const Call& call) const override { return bearer_key(call); }

    ApiError check(const Call& call) const override {
        if (!call.key.empty() && !key_is_bad(call)) return {};
        return {401, call.key.empty() ? "No API key was given." : "Incorrect API key provided."};
    }

    ApiError error_of(Trouble trouble, const Call& call, int status) const override {
        switch (trouble) {
        case Trouble::failed:
            return {status, "The service is not available for the moment."};
        case Trouble::refused:
            return {status, "The request was refused."};
        case Trouble::rate_limited:
            return {429, "Too many requests."};
        case Trouble::too_large:
            return {413, "The request is too large."};
        case Trouble::bad_method:
            return {405, "Method Not Allowed"};
        case Trouble::no_route:
            break;
        }
        return {404, "Not found: " + core::printable(call.path)};
    }

    // A rule's own code stands in place of the words.
    Reply error_reply(const Call&, const ApiError& error) const override {
        Reply reply;
        reply.status = error.status;
        ObjectWriter(reply.body)
            .text("code", error.code.empty() ? words_of(error.status) : error.code)
            .text("error", error.message)
            .end();
        return reply;
    }

    void add_headers(World&, const Call& call, Reply& reply) const override {
        reply.headers.push_back({"x-request-id", call.request_id});
    }
};

}  // namespace

std::span<const Route> routes() noexcept {
    return table;
}

const Front& front() noexcept {
    static const XaiFront one;
    return one;
}

ApiError invalid(std::string message) {
    return {400, std::move(message)};
}

Reply no_such_batch(const Call& call) {
    return refuse(call, {404, "Batch " + call.id + " was not found."});
}

std::optional<std::size_t> page_limit(const Call& call) {
    return openai::page_limit(call, usual_page, max_page);
}

}  // namespace overnight::emulator::xai
