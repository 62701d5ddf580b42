// Endpoints and providers by name.
#include "emulator/endpoint.hpp"

#include <array>

namespace overnight::emulator {

namespace {

struct EndpointFacts {
    Endpoint endpoint;
    std::string_view path;
    Provider provider;
    bool text;
};
constexpr std::array endpoints{
    EndpointFacts{Endpoint::chat_completions, "/v1/chat/completions", Provider::openai, true},
    EndpointFacts{Endpoint::responses, "/v1/responses", Provider::openai, true},
    EndpointFacts{Endpoint::embeddings, "/v1/embeddings", Provider::openai, false},
    EndpointFacts{Endpoint::moderations, "/v1/moderations", Provider::openai, false},
    EndpointFacts{Endpoint::messages, "/v1/messages", Provider::anthropic, true},
    EndpointFacts{Endpoint::generate_content, "/v1beta/models/{model}:generateContent",
                  Provider::gemini, true},
    EndpointFacts{Endpoint::embed_content, "/v1beta/models/{model}:embedContent", Provider::gemini,
                  false},
};

const EndpointFacts& facts_of(Endpoint endpoint) noexcept {
    for (const EndpointFacts& one : endpoints) {
        if (one.endpoint == endpoint) return one;
    }
    return endpoints.front();
}

struct ProviderName {
    Provider provider;
    std::string_view name;
};
constexpr std::array providers{
    ProviderName{Provider::openai, "openai"},       ProviderName{Provider::gemini, "gemini"},
    ProviderName{Provider::anthropic, "anthropic"}, ProviderName{Provider::together, "together"},
    ProviderName{Provider::mistral, "mistral"},     ProviderName{Provider::xai, "xai"},
};

}  // namespace

std::string_view path_of(Endpoint endpoint) noexcept {
    return facts_of(endpoint).path;
}

std::optional<Endpoint> endpoint_of(std::string_view path) noexcept {
    for (const EndpointFacts& one : endpoints) {
        if (one.path == path) return one.endpoint;
    }
    return std::nullopt;
}

std::optional<Endpoint> endpoint_of(std::string_view path, Provider provider) noexcept {
    const auto endpoint = endpoint_of(path);
    return endpoint && provider_of(*endpoint) == provider ? endpoint : std::nullopt;
}

Provider provider_of(Endpoint endpoint) noexcept {
    return facts_of(endpoint).provider;
}

bool answers_with_text(Endpoint endpoint) noexcept {
    return facts_of(endpoint).text;
}

std::string_view name(Provider provider) noexcept {
    for (const ProviderName& one : providers) {
        if (one.provider == provider) return one.name;
    }
    return {};
}

std::optional<Provider> provider_of(std::string_view name) noexcept {
    for (const ProviderName& one : providers) {
        if (one.name == name) return one.provider;
    }
    return std::nullopt;
}

}  // namespace overnight::emulator
