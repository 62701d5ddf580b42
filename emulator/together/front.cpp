// Routes, keys and errors of Together's API. Errors have OpenAI's envelope, as its SDK reads them.
#include "core/text.hpp"
#include "emulator/openai/replies.hpp"
#include "emulator/openai/routes.hpp"
#include "emulator/together/dialect.hpp"
#include "emulator/together/routes.hpp"

#include <array>

namespace overnight::emulator::together {

namespace {

constexpr std::array table{
    Route{"POST", "/v1/files/upload", upload_file, BodyMode::stream},
    Route{"GET", "/v1/files", list_files},
    Route{"GET", "/v1/files/{id}", get_file},
    Route{"DELETE", "/v1/files/{id}", openai::delete_file},
    Route{"GET", "/v1/files/{id}/content", openai::get_content},
    Route{"POST", "/v1/batches", create_batch, BodyMode::text},
    Route{"GET", "/v1/batches", list_batches},
    Route{"GET", "/v1/batches/{id}", get_batch},
    Route{"POST", "/v1/batches/{id}/cancel", cancel_batch},
    Route{"POST", "/v1/chat/completions", openai::ordinary_call, BodyMode::text},
    Route{"POST", "/v1/embeddings", openai::ordinary_call, BodyMode::text},
    Route{"GET", "/v1/models", openai::list_models},
    Route{"GET", "/v1/models/{id}", openai::get_model},
};

class TogetherFront final : public Front {
public:
    bool owns(const Call& call) const override { return call.root == root; }
    std::span<const Route> routes() const override { return together::routes(); }
    std::string key_of(const Call& call) const override { return bearer_key(call); }

    ApiError check(const Call& call) const override {
        if (!call.key.empty() && !key_is_bad(call)) return {};
        return {401, call.key.empty() ? "Missing API key" : "Invalid API key provided.",
                "invalid_request_error", "", "invalid_api_key"};
    }

    ApiError error_of(Trouble trouble, const Call& call, int status) const override {
        switch (trouble) {
        case Trouble::failed:
            return {status, "The server is overloaded or not ready yet.", "server_error"};
        case Trouble::refused:
            return {status, "The request was refused."};
        case Trouble::rate_limited:
            return {429, "You have reached the rate limit. Please try again later.", "rate_limit",
                    "", "rate_limit_exceeded"};
        case Trouble::too_large:
            return {413, "Request too large."};
        case Trouble::bad_method:
            return {405, "Method Not Allowed"};
        case Trouble::no_route:
            break;
        }
        return {404, "Not found: " + core::printable(call.path)};
    }

    Reply error_reply(const Call&, const ApiError& error) const override {
        return openai::error_reply(error);
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
    static const TogetherFront one;
    return one;
}

}  // namespace overnight::emulator::together
