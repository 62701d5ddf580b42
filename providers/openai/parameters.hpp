// A recipe's parameters: the provider's own, passed through as top-level members of the body.
#pragma once

#include "core/error.hpp"
#include "providers/api.hpp"
#include "providers/json_parts.hpp"
#include "providers/openai/endpoint.hpp"

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

/// Appends JSON text so that it stands on one line: the line ends between its tokens become blanks.
void append_one_line(std::string& out, std::string_view json);

}  // namespace overnight::providers::openai
