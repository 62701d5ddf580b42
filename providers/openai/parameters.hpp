// A recipe's parameters: the provider's own, passed through as top-level members of the body.
#pragma once

#include "core/error.hpp"
#include "providers/api.hpp"
#include "providers/json_parts.hpp"
#include "providers/openai/endpoint.hpp"
#include "providers/openai/profile.hpp"

#include <string>
#include <vector>

namespace overnight::providers::openai {

class Parameters {
public:
    /// Refuses what a batch cannot have and what the recipe says elsewhere. Errc::invalid_input,
    /// naming the parameter.
    static core::Result<Parameters> read(const BodySpec& spec, Endpoint endpoint);

    bool has(std::string_view name) const noexcept { return find_part(parts_, name) != nullptr; }
    /// Appends `,"name":value` for each, in the given order, but for `text` of a request with a
    /// schema. An output limit is multiplied by the spec's output_factor.
    void append_to(std::string& body) const;
    /// Appends the members of `text` beside its format: `,"verbosity":"low"`. Only with a schema.
    void append_text_members(std::string& body) const;

private:
    std::vector<JsonPart> parts_;       ///< views into the spec's text
    std::vector<JsonPart> text_parts_;  ///< the members of `text`, when a schema is merged into it
    bool merges_text_ = false;
    std::uint32_t output_factor_ = 1;
};

/// The recipe's parameters with its portable settings under the endpoint's own names
/// (openai.md 10). Errc::invalid_input for a setting that the endpoint does not have.
core::Result<std::string> portable_parameters(const Profile& profile,
                                              const recipe::Recipe& recipe,
                                              std::string_view endpoint);

}  // namespace overnight::providers::openai
