#include "providers/openai/endpoint.hpp"

namespace overnight::providers::openai {

std::string_view path_of(Endpoint endpoint) noexcept {
    switch (endpoint) {
    case Endpoint::chat:
        return "/v1/chat/completions";
    case Endpoint::responses:
        return "/v1/responses";
    case Endpoint::embeddings:
        return "/v1/embeddings";
    case Endpoint::moderations:
        return "/v1/moderations";
    case Endpoint::completions:
        return "/v1/completions";
    }
    return "/v1/chat/completions";
}

std::optional<Endpoint> find_endpoint(std::span<const Endpoint> known,
                                      std::string_view path) noexcept {
    for (const auto endpoint : known)
        if (path_of(endpoint) == path) return endpoint;
    return std::nullopt;
}

std::vector<std::string_view> endpoint_paths(std::span<const Endpoint> known) {
    std::vector<std::string_view> paths;
    for (const auto endpoint : known)
        paths.push_back(path_of(endpoint));
    return paths;
}

bool takes_list(Endpoint endpoint) noexcept {
    return endpoint == Endpoint::embeddings || endpoint == Endpoint::moderations;
}

bool takes_schema(Endpoint endpoint) noexcept {
    return endpoint == Endpoint::chat || endpoint == Endpoint::responses;
}

}  // namespace overnight::providers::openai
