#include "providers/gemini/endpoint.hpp"

namespace overnight::providers::gemini {

std::string_view name_of(Endpoint endpoint) noexcept {
    return endpoint == Endpoint::embed ? "embedContent" : "generateContent";
}

std::string_view batch_method(Endpoint endpoint) noexcept {
    return endpoint == Endpoint::embed ? "asyncBatchEmbedContent" : "batchGenerateContent";
}

std::optional<Endpoint> find_endpoint(std::string_view name) noexcept {
    for (const auto endpoint : {Endpoint::generate, Endpoint::embed})
        if (name_of(endpoint) == name) return endpoint;
    return std::nullopt;
}

std::vector<std::string_view> endpoint_names() {
    return {name_of(Endpoint::generate), name_of(Endpoint::embed)};
}

}  // namespace overnight::providers::gemini
