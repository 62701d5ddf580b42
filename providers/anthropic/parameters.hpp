// A recipe's parameters: Anthropic's own, passed through as top-level members of a Messages body
// (providers/anthropic.md 2.2).
#pragma once

#include "core/error.hpp"
#include "providers/anthropic/version.hpp"
#include "providers/api.hpp"
#include "providers/json_parts.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::providers::anthropic {

class Parameters {
public:
    /// Refuses what a batch or the API version cannot have and what the recipe says elsewhere.
    /// Errc::invalid_input, naming the parameter.
    static core::Result<Parameters> read(const BodySpec& spec, Version version);

    /// The value of `cache_control`, when it belongs to the instructions: in a batch the prompts
    /// differ, so that a cached prefix must end before them. Empty without it.
    std::string_view cache_of_instructions() const noexcept { return cache_; }
    /// Appends `,"name":value` for each: max_tokens first, multiplied by the spec's output_factor,
    /// then output_config with the schema as its format, then the rest in the given order.
    void append_to(std::string& body) const;

private:
    std::vector<JsonPart> parts_;          ///< views into the spec's text
    std::vector<JsonPart> output_config_;  ///< the members of output_config
    std::string_view cache_;
    std::string_view schema_;
    std::string max_tokens_;
};

/// The recipe's parameters with its portable settings under Anthropic's names. Errc::invalid_input
/// for a setting that the API version does not have, and for one that is said twice.
core::Result<std::string> portable_parameters(const recipe::Recipe& recipe, Version version);

/// Nothing when a batch of that API version takes the parameter; otherwise why not, to stand behind
/// its name.
std::optional<std::string> why_refused(const JsonPart& parameter, Version version);

}  // namespace overnight::providers::anthropic
