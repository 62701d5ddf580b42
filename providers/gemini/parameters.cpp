#include "providers/gemini/parameters.hpp"

#include "core/text.hpp"
#include "providers/body_text.hpp"

#include <algorithm>
#include <array>

namespace overnight::providers::gemini {
namespace {

using core::Errc;
using core::Error;
using core::Result;

/// Fields of GenerationConfig (gemini.md 8): at the request's top level the provider refuses them.
constexpr std::array<std::string_view, 20> config_fields{"candidate_count",
                                                         "stop_sequences",
                                                         "max_output_tokens",
                                                         "temperature",
                                                         "top_p",
                                                         "top_k",
                                                         "seed",
                                                         "presence_penalty",
                                                         "frequency_penalty",
                                                         "response_logprobs",
                                                         "logprobs",
                                                         "response_mime_type",
                                                         "response_schema",
                                                         "response_json_schema",
                                                         "response_format",
                                                         "response_modalities",
                                                         "media_resolution",
                                                         "speech_config",
                                                         "image_config",
                                                         "thinking_config"};
constexpr std::array<std::string_view, 4> format_fields{"response_mime_type", "response_schema",
                                                        "response_json_schema", "response_format"};

template <std::size_t n>
bool is_one_of(std::string_view name, const std::array<std::string_view, n>& names) noexcept {
    return std::find(names.begin(), names.end(), name) != names.end();
}

Error refused(std::string_view name, std::string_view why) {
    return Error(Errc::invalid_input,
                 "parameters: \"" + core::printable(name, 80) + "\" " + std::string(why));
}

Result<> check(const Field& f, Endpoint endpoint) {
    if (f.name == "model") return refused(f.written, "is the recipe's [model] name");
    if (f.name == "contents" || f.name == "content" || f.name == "requests")
        return refused(f.written, "is made from the recipe's [prompt]");
    if (f.name == "system_instruction")
        return refused(f.written, "belongs into the recipe's [prompt], as instructions");
    if (f.name == "service_tier")
        return refused(f.written, "cannot be used: a batch is a tier of its own");
    if (f.name == "stream" && f.raw != "false")
        return refused(f.written, "cannot be used: a batch does not stream");
    if (endpoint == Endpoint::embed) {
        if (f.name == "generation_config" || f.name == "schema_field")
            return refused(f.written, "is of no use: embedContent generates no text");
        return {};
    }
    if (is_one_of(f.name, config_fields))
        return refused(f.written,
                       "belongs into generationConfig: parameters = { generationConfig "
                       "= { " +
                           f.written + " = ... } }");
    return {};
}

Result<SchemaField> read_schema_field(const Field& f) {
    const auto text = f.kind == JsonKind::text ? json_string(f.raw) : Result<std::string>("");
    const std::string word = text ? snake_case(*text) : "";
    if (word == "response_json_schema") return SchemaField::response_json_schema;
    if (word == "response_schema") return SchemaField::response_schema;
    return refused(f.written, "must be \"response_json_schema\" or \"response_schema\"");
}

/// Answers are text: a picture or a voice would be paid for and lost.
Result<> check_modalities(const Field& f) {
    const auto elements =
        f.kind == JsonKind::list ? json_elements(f.raw) : Result<std::vector<JsonPart>>({});
    const bool text = elements && !elements->empty() &&
                      std::all_of(elements->begin(), elements->end(),
                                  [](const JsonPart& p) { return p.raw == R"("TEXT")"; });
    if (text) return {};
    return refused("generationConfig." + f.written, "must be [\"TEXT\"]: a row's answer is text");
}

}  // namespace

Result<Parameters> Parameters::read(const BodySpec& spec, Endpoint endpoint) {
    Parameters made;
    made.output_factor_ = spec.output_factor;
    if (spec.parameters.empty()) return made;
    OVERNIGHT_TRY_ASSIGN(made.fields_, read_fields(spec.parameters, "parameters"));
    for (const auto& field : made.fields_)
        OVERNIGHT_TRY(check(field, endpoint));
    if (const auto* chosen = find_field(made.fields_, "schema_field")) {
        OVERNIGHT_TRY_ASSIGN(made.schema_field_, read_schema_field(*chosen));
    }
    if (const auto* cache = find_field(made.fields_, "cached_content")) {
        // The cache has them, and the provider refuses both together (gemini.md 9).
        if (!spec.instructions.empty())
            return refused(cache->written,
                           "cannot stand beside instructions: put them into the cache, and set "
                           "rows = 1 in [pack], because a pack adds some of its own");
        for (const std::string_view name : {"tools", "tool_config"})
            if (const auto* other = find_field(made.fields_, name))
                return refused(cache->written, "cannot stand beside \"" + other->written +
                                                   "\": put it into the cache");
    }
    if (const auto* config = find_field(made.fields_, "generation_config"))
        OVERNIGHT_TRY(made.read_config(*config, spec));
    return made;
}

Result<> Parameters::read_config(const Field& config, const BodySpec& spec) {
    if (config.kind != JsonKind::object) return refused(config.written, "must be a table");
    OVERNIGHT_TRY_ASSIGN(config_, read_fields(config.raw, "parameters." + config.written));
    for (const auto& f : config_) {
        const std::string name = "generationConfig." + f.written;
        if (f.name == "candidate_count" && f.raw != "1" && f.kind != JsonKind::null)
            return refused(name, "must be 1: a row has one answer");
        if (!spec.schema.empty() && is_one_of(f.name, format_fields))
            return refused(name, "is made from the recipe's [answer]");
        if (f.name == "response_modalities") OVERNIGHT_TRY(check_modalities(f));
        if (f.name != "thinking_config" || f.kind != JsonKind::object) continue;
        OVERNIGHT_TRY_ASSIGN(const auto inner, read_fields(f.raw, "parameters." + name));
        thinking_ = "{";
        for (const auto& one : inner)
            append_member(thinking_, one.name, one.raw);
        thinking_ += "}";
    }
    return {};
}

void Parameters::append_to(std::string& body) const {
    for (const auto& field : fields_)
        if (field.name != "generation_config" && field.name != "schema_field")
            append_member(body, field.name, field.raw);
}

void Parameters::append_config_to(std::string& config) const {
    for (const auto& field : config_) {
        if (field.name == "max_output_tokens") {
            append_member(config, field.name, raised_limit(field.raw, output_factor_));
        } else if (field.name == "thinking_config" && !thinking_.empty()) {
            append_member(config, field.name, thinking_);
        } else {
            append_member(config, field.name, field.raw);
        }
    }
}

}  // namespace overnight::providers::gemini
