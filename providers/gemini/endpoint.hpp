// The methods whose batches this program speaks (providers/gemini.md 2, 3).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace overnight::providers::gemini {

enum class Endpoint { generate, embed };

/// One of name_of(); nothing for any other.
std::optional<Endpoint> find_endpoint(std::string_view name) noexcept;
std::string_view name_of(Endpoint endpoint) noexcept;  ///< "generateContent"
std::vector<std::string_view> endpoint_names();
/// The method that makes a batch of it: "batchGenerateContent".
std::string_view batch_method(Endpoint endpoint) noexcept;

}  // namespace overnight::providers::gemini
