// Request bodies and answers of the ordinary endpoints, inside batches and out
// (providers/openai.md 10).
#pragma once

#include "emulator/request_format.hpp"

#include <simdjson.h>

#include <string>
#include <string_view>

namespace overnight::emulator::openai {

class Requests final : public RequestFormat {
public:
    /// `body` is one JSON value with at least simdjson's padding of readable bytes behind it.
    ApiError read(Endpoint endpoint, std::string_view body, Prompt& prompt);

    ApiError read(const ExecutionRequest& request, Prompt& prompt) override {
        return read(request.endpoint, request.body, prompt);
    }
    ApiError check(const ExecutionRequest& request, const Prompt& prompt) const override;
    ApiError bad_schema(const std::string& why) const override;
    ApiError failure(const Rule& rule, const Prompt& prompt) const override;
    void put_answer(const Answer& answer, Executed& result) override;

private:
    simdjson::ondemand::parser parser_;
};

/// 400 invalid_request_error.
ApiError invalid(std::string message, std::string param = "", std::string code = "");

/// True when `model` can be used in batches; the sync-only families cannot.
bool batchable(std::string_view model) noexcept;

}  // namespace overnight::emulator::openai
