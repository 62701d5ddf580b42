// An upload that is one request.
#pragma once

#include "providers/api.hpp"

#include <utility>

namespace overnight::providers {

class SingleUpload final : public UploadSession {
public:
    explicit SingleUpload(model::HttpRequest request) : request_(std::move(request)) {}
    model::HttpRequest first() override { return request_; }
    core::Result<std::optional<model::HttpRequest>> next(const model::HttpResponse&) override {
        return std::optional<model::HttpRequest>{};
    }
    std::optional<model::HttpRequest> resume() override { return std::nullopt; }

private:
    model::HttpRequest request_;
};

}  // namespace overnight::providers
