// The recipe's portable settings on their way into a provider's own parameters.
#pragma once

#include "core/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace overnight::providers {

/// A parameter that a portable setting became.
struct Translated {
    std::string_view setting;  ///< of [model], for messages: "max_output_tokens"
    std::string name;          ///< the provider's: "max_completion_tokens"
    std::string json;          ///< its value
    /// Other names of the provider's for the same thing: none of them may stand beside it.
    std::vector<std::string_view> also{};
};

/// `parameters` (a JSON object) with `more` behind its members. Errc::invalid_input when one of
/// them is there already: it would be said twice.
core::Result<std::string> with_parameters(std::string_view parameters,
                                          const std::vector<Translated>& more);

/// "chat" for a portable name of a chat endpoint, "embeddings" likewise, "" for any other.
std::string_view portable_kind(std::string_view endpoint) noexcept;

/// A finite number as JSON, in its shortest form.
std::string number_text(double value);

}  // namespace overnight::providers
