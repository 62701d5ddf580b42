// A recipe's parameters: fields of the request's message, passed through, with those of its
// generation_config merged into ours.
#pragma once

#include "core/error.hpp"
#include "providers/api.hpp"
#include "providers/gemini/endpoint.hpp"
#include "providers/gemini/fields.hpp"

#include <string>
#include <vector>

namespace overnight::providers::gemini {

/// Where an answer's schema goes. Either has been reported broken in batches while the other worked
/// (providers/gemini.md 13), so the recipe may choose with `schema_field`.
enum class SchemaField { response_json_schema, response_schema };

class Parameters {
public:
    /// Refuses what a batch cannot have, what the recipe says elsewhere, and what stands in the
    /// wrong place. Errc::invalid_input, naming the parameter.
    static core::Result<Parameters> read(const BodySpec& spec, Endpoint endpoint);

    SchemaField schema_field() const noexcept { return schema_field_; }
    /// Appends `,"name":value` for each field of the request but its generation_config.
    void append_to(std::string& body) const;
    /// Appends the members of generation_config to an object that is open. max_output_tokens is
    /// multiplied by the spec's output_factor.
    void append_config_to(std::string& config) const;

private:
    core::Result<> read_config(const Field& config, const BodySpec& spec);

    std::vector<Field> fields_;  ///< views into the spec's text
    std::vector<Field> config_;
    std::string thinking_;  ///< thinking_config under proto names
    SchemaField schema_field_ = SchemaField::response_json_schema;
    std::uint32_t output_factor_ = 1;
};

}  // namespace overnight::providers::gemini
