// The recipe: the TOML file that describes a job (DESIGN 11). Parsing checks everything that can be
// known without the input; unknown keys are errors that name the line and the nearest valid key.
#pragma once

#include "core/error.hpp"
#include "jsonl/record.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::recipe {

enum class FieldType { string, number, integer, boolean, enumeration };

/// One answer column of a flat answer.
struct AnswerField {
    std::string name;
    FieldType type = FieldType::string;
    std::vector<std::string> choices;  ///< of an enumeration
};

struct Answer {
    std::vector<AnswerField>
        fields;               ///< in the recipe's order; empty with a schema file or plain text
    std::string schema_file;  ///< as written; empty without
};

enum class IfLate { wait, flex, sync, stop };

struct Recipe {
    std::filesystem::path path;         ///< of the recipe; "" when parsed from text alone
    std::filesystem::path base_folder;  ///< relative paths start here

    // [input]
    std::string input_file;  ///< as written; "-" is standard input
    std::string id_column;
    // [model]
    std::string provider = "openai";
    std::string model;
    std::string endpoint;           ///< empty: the provider's default
    std::string parameters = "{}";  ///< a JSON object, compact, members in sorted order
    // portable settings: each adapter translates them into its provider's own parameters
    std::optional<std::uint32_t> max_output_tokens;  ///< of one answer; at least 1
    std::optional<double> temperature;               ///< 0 to 2
    std::string reasoning_effort;  ///< none, minimal, low, medium, high; empty: the model's default
    // [prompt]
    std::string instructions;
    std::string row_template;
    std::string row_template_where;  ///< "topics.toml:9", for messages about the template
    // [answer]
    Answer answer;
    // [pack]
    std::uint32_t pack_rows = 1;         ///< see pack_size() for the endpoint's own default
    bool pack_rows_given = false;        ///< the recipe says so, it is not the default
    std::uint64_t pack_tokens = 25'000;  ///< estimated input tokens of one request
    // [limits]
    std::uint32_t attempts = 3;
    std::uint32_t batch_requests = 0;     ///< at most this many in a batch; 0: the provider's limit
    std::optional<std::string> max_cost;  ///< decimal digits of USD
    std::optional<std::string> finish_by;  ///< checked form: "HH:MM" or a duration
    IfLate if_late = IfLate::wait;
    bool raise_output = true;  ///< a row that was cut off may ask once for twice the output
    // [output]
    std::string
        output_file;  ///< as written, or the default: rows.csv gives rows.enriched.csv beside it

    std::filesystem::path resolve(std::string_view file) const;  ///< against base_folder
};

/// What a request to an endpoint takes in: a prompt text, or a list of strings (embeddings,
/// moderations).
enum class EndpointForm { prompt, embeddings, moderations };
EndpointForm form_of(std::string_view endpoint) noexcept;

struct PackSize {
    std::uint32_t rows = 1;
    std::uint64_t tokens = 25'000;
};
/// The pack limits of a job at `endpoint`. An endpoint that takes a list costs nothing to pack, so
/// there the default is 100 rows instead of 1. The provider's own limits (Caps) still bound it when
/// the job is planned.
PackSize pack_size(const Recipe& recipe, std::string_view endpoint) noexcept;

/// `name` is used in messages: "topics.toml:12: ...". Errc::invalid_input.
core::Result<Recipe> parse_recipe(std::string_view text,
                                  std::string_view name,
                                  const std::filesystem::path& base_folder);
/// Reads the file (regular, at most 1 MiB) and parses it.
core::Result<Recipe> load_recipe(const std::filesystem::path& path);

/// The content of the recipe's schema file (regular, at most 1 MiB); empty when it names none.
core::Result<std::string> load_schema(const Recipe& recipe);

/// "30s", "10m", "24h", "90ms", "2d". Nothing for anything else.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace overnight::recipe
