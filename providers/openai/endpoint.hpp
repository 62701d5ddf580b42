// The endpoints of OpenAI's batches that this program speaks (providers/openai.md 3.1, 10).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace overnight::providers::openai {

enum class Endpoint { chat, responses, embeddings, moderations, completions };

/// Nothing for an endpoint whose results this program does not read (images, videos).
std::optional<Endpoint> find_endpoint(std::string_view path) noexcept;
std::string_view path_of(Endpoint endpoint) noexcept;  ///< "/v1/chat/completions"
std::vector<std::string_view> endpoint_paths();
/// Its prompt is a list of texts, answered by index.
bool takes_list(Endpoint endpoint) noexcept;
/// It answers to a JSON Schema.
bool takes_schema(Endpoint endpoint) noexcept;

}  // namespace overnight::providers::openai
