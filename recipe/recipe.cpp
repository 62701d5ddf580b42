#include "recipe/recipe.hpp"

#include "core/text.hpp"
#include "jsonl/random_reader.hpp"
#include "recipe/recipe_sections.hpp"
#include "recipe/row_template.hpp"
#include "recipe/toml_guard.hpp"
#include "recipe/toml_json.hpp"

#include <algorithm>
#include <array>

namespace overnight::recipe {
namespace {

using core::Errc;
using core::Error;
using core::Result;
namespace fs = std::filesystem;

constexpr std::size_t largest_file = 1u << 20;
constexpr std::uint32_t list_pack_rows = 100;
constexpr std::uint64_t most_pack_tokens = 10'000'000;
constexpr std::string_view standard_input = "-";

bool has_control_character(std::string_view text) noexcept {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Result<> read_input(const TomlSection& section, Recipe& recipe) {
    static constexpr std::array<std::string_view, 2> keys = {"file", "id"};
    OVERNIGHT_TRY(section.only(keys));
    OVERNIGHT_TRY_ASSIGN(const auto file, section.file_name("file"));
    if (!file) {
        return section.section_error(
            "[input] has no 'file'; name the table to read, such as file = \"rows.csv\"");
    }
    if (!jsonl::format_of(*file)) {
        return section.error(
            "file", "input file \"" + core::printable(*file) +
                        "\" must end in .csv, .tsv, .jsonl or .ndjson, or be \"-\" for JSONL "
                        "on standard input");
    }
    recipe.input_file = *file;
    OVERNIGHT_TRY_ASSIGN(const auto id, section.text("id"));
    recipe.id_column = id.value_or("");
    return {};
}

/// What every provider has, under its own name: the adapter translates it.
Result<> read_portable_settings(const TomlSection& section, Recipe& recipe) {
    OVERNIGHT_TRY_ASSIGN(const auto tokens, section.count("max_output_tokens", 1, 10'000'000));
    if (tokens) recipe.max_output_tokens = static_cast<std::uint32_t>(*tokens);
    if (const toml::node* node = section.find("temperature")) {
        recipe.temperature = node->value<double>();
        if (!recipe.temperature || !(*recipe.temperature >= 0 && *recipe.temperature <= 2))
            return section.error("temperature",
                                 "'temperature' in [model] must be a number from 0 to 2");
    }
    OVERNIGHT_TRY_ASSIGN(const auto effort, section.text("reasoning_effort"));
    if (!effort) return {};
    constexpr std::array<std::string_view, 5> known = {"none", "minimal", "low", "medium", "high"};
    if (std::find(known.begin(), known.end(), *effort) == known.end())
        return section.error("reasoning_effort",
                             "'reasoning_effort' in [model] must be \"none\", \"minimal\", "
                             "\"low\", \"medium\" or \"high\", not \"" +
                                 core::printable(*effort, 80) + "\"");
    recipe.reasoning_effort = *effort;
    return {};
}

Result<> read_model(const TomlSection& section, Recipe& recipe) {
    static constexpr std::array<std::string_view, 7> keys = {
        "provider",          "name",        "endpoint",        "parameters",
        "max_output_tokens", "temperature", "reasoning_effort"};
    OVERNIGHT_TRY(section.only(keys));
    OVERNIGHT_TRY_ASSIGN(const auto provider, section.text("provider"));
    if (provider) recipe.provider = *provider;
    OVERNIGHT_TRY_ASSIGN(const auto name, section.text("name"));
    if (!name) {
        return section.section_error(
            "[model] has no 'name'; name the model, such as name = \"gpt-6-luna\"");
    }
    recipe.model = *name;
    OVERNIGHT_TRY_ASSIGN(const auto endpoint, section.text("endpoint"));
    recipe.endpoint = endpoint.value_or("");
    for (const auto& [key, value] :
         {std::pair<std::string_view, std::string_view>{"provider", recipe.provider},
          {"name", recipe.model},
          {"endpoint", recipe.endpoint}}) {
        if (!has_control_character(value)) continue;
        return section.error(key,
                             "'" + std::string(key) + "' in [model] has a control character in it");
    }
    if (const toml::node* node = section.find("parameters")) {
        const toml::table* table = node->as_table();
        if (table == nullptr) {
            return section.error("parameters",
                                 "'parameters' in [model] must be a table, such as "
                                 "{ max_completion_tokens = 400 }, not " +
                                     std::string(kind_words(*node)));
        }
        OVERNIGHT_TRY_ASSIGN(recipe.parameters, toml_to_json(*table, section.file()));
    }
    return read_portable_settings(section, recipe);
}

Result<> read_prompt(const TomlSection& section, Recipe& recipe) {
    static constexpr std::array<std::string_view, 2> keys = {"instructions", "row"};
    OVERNIGHT_TRY(section.only(keys));
    OVERNIGHT_TRY_ASSIGN(const auto instructions, section.text("instructions"));
    recipe.instructions = instructions.value_or("");
    OVERNIGHT_TRY_ASSIGN(const auto row, section.text("row"));
    if (!row) {
        return section.section_error(
            "[prompt] has no 'row'; write the text of one row, such as row = \"{{description}}\"");
    }
    recipe.row_template = *row;
    recipe.row_template_where =
        std::string(section.file()) + ":" + std::to_string(section.line_of("row"));
    OVERNIGHT_TRY(RowTemplate::compile(recipe.row_template, recipe.row_template_where));
    return {};
}

Result<> read_pack(const TomlSection& section, Recipe& recipe) {
    static constexpr std::array<std::string_view, 2> keys = {"rows", "tokens"};
    OVERNIGHT_TRY(section.only(keys));
    OVERNIGHT_TRY_ASSIGN(const auto rows, section.count("rows", 1, 2048));
    if (rows) recipe.pack_rows = static_cast<std::uint32_t>(*rows);
    recipe.pack_rows_given = rows.has_value();
    OVERNIGHT_TRY_ASSIGN(const auto tokens, section.count("tokens", 100, most_pack_tokens));
    if (tokens) recipe.pack_tokens = *tokens;
    return {};
}

/// True when both paths lead to one file, as far as names and the file system can tell now.
bool same_file(const fs::path& a, const fs::path& b) {
    if (a.lexically_normal() == b.lexically_normal()) return true;
    std::error_code ignored;
    return fs::equivalent(a, b, ignored);
}

Result<> read_output(const TomlSection& section, Recipe& recipe) {
    static constexpr std::array<std::string_view, 1> keys = {"file"};
    OVERNIGHT_TRY(section.only(keys));
    OVERNIGHT_TRY_ASSIGN(const auto file, section.file_name("file"));
    if (!file) return {};
    if (*file == standard_input || !jsonl::format_of(*file)) {
        return section.error("file", "output file \"" + core::printable(*file) +
                                         "\" must end in .csv, .tsv, .jsonl or .ndjson");
    }
    recipe.output_file = *file;
    if (recipe.input_file != standard_input &&
        same_file(recipe.resolve(recipe.input_file), recipe.resolve(recipe.output_file))) {
        return section.error(
            "file", "output file \"" + core::printable(*file) +
                        "\" is the input file; the input is never written to, name another file");
    }
    return {};
}

Result<> default_output(std::string_view name, Recipe& recipe) {
    if (!recipe.output_file.empty()) return {};
    if (recipe.input_file == standard_input) {
        return toml_error(
            name, 0,
            "the input is standard input, so the output needs a name; add [output] with "
            "file = \"answers.jsonl\"");
    }
    const fs::path input(recipe.input_file);
    fs::path file = input.stem();
    file += ".enriched";
    file += input.extension();
    recipe.output_file = (input.parent_path() / file).string();
    if (jsonl::format_of(recipe.output_file)) return {};
    return toml_error(name, 0,
                      "the input file \"" + core::printable(recipe.input_file) +
                          "\" has no name before its ending to call the output after; add "
                          "[output] with file = \"answers.csv\"");
}

enum class Presence { required, optional };

struct SectionRule {
    std::string_view name;
    Presence presence;
    Result<> (*read)(const TomlSection&, Recipe&);
};

/// In the order in which they are read: [output] looks at what [input] said.
constexpr std::array<SectionRule, 7> sections = {{
    {"input", Presence::required, read_input},
    {"model", Presence::required, read_model},
    {"prompt", Presence::required, read_prompt},
    {"answer", Presence::optional,
     [](const TomlSection& s, Recipe& r) { return read_answer_section(s, r.answer); }},
    {"pack", Presence::optional, read_pack},
    {"limits", Presence::optional, read_limits_section},
    {"output", Presence::optional, read_output},
}};

/// Refuses whatever stands at the top of the file and is not one of the sections.
Result<> check_sections(const TomlSection& root) {
    std::vector<std::string_view> known;
    for (const SectionRule& rule : sections)
        known.push_back(rule.name);
    for (const toml::key* key : root.keys()) {
        const std::string_view name = key->str();
        const toml::node& node = *root.find(name);
        const bool expected = std::find(known.begin(), known.end(), name) != known.end();
        if (expected && node.is_table()) continue;
        const std::string shown = core::printable(name);
        if (expected) {
            return root.error(name, "'" + shown + "' must be a section, written [" + shown +
                                        "], not " + std::string(kind_words(node)));
        }
        if (!node.is_table()) {
            return root.error(name,
                              "'" + shown +
                                  "' stands outside of every section; put it behind the one it "
                                  "belongs to, such as [model]");
        }
        std::string hint = suggestion(name, known, "[", "]");
        if (hint.empty())
            hint =
                "; a recipe has [input], [model], [prompt], [answer], [pack], [limits] and "
                "[output]";
        return root.error(name, "unknown section [" + shown + "]" + hint);
    }
    return {};
}

}  // namespace

fs::path Recipe::resolve(std::string_view file) const {
    return base_folder / fs::path(file);
}

EndpointForm form_of(std::string_view endpoint) noexcept {
    if (endpoint.ends_with("/embeddings") || endpoint == "embedContent")
        return EndpointForm::embeddings;
    if (endpoint.ends_with("/moderations")) return EndpointForm::moderations;
    return EndpointForm::prompt;
}

PackSize pack_size(const Recipe& recipe, std::string_view endpoint) noexcept {
    const bool list = form_of(endpoint) != EndpointForm::prompt;
    return {list && !recipe.pack_rows_given ? list_pack_rows : recipe.pack_rows,
            recipe.pack_tokens};
}

Result<Recipe> parse_recipe(std::string_view text,
                            std::string_view name,
                            const fs::path& base_folder) {
    OVERNIGHT_TRY(check_toml_text(text, name));
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
        const toml::parse_error& error = parsed.error();
        return toml_error(name, error.source().begin.line, core::printable(error.description()));
    }
    const TomlSection root(name, "recipe", parsed.table(), 0);
    OVERNIGHT_TRY(check_sections(root));

    Recipe recipe;
    recipe.base_folder = base_folder;
    for (const SectionRule& rule : sections) {
        const toml::node* node = root.find(rule.name);
        if (node == nullptr) {
            if (rule.presence == Presence::optional) continue;
            return toml_error(name, 0, "the section [" + std::string(rule.name) + "] is missing");
        }
        const TomlSection section(name, rule.name, *node->as_table(), root.line_of(rule.name));
        OVERNIGHT_TRY(rule.read(section, recipe));
    }
    OVERNIGHT_TRY(default_output(name, recipe));
    return recipe;
}

Result<Recipe> load_recipe(const fs::path& path) {
    OVERNIGHT_TRY_ASSIGN(const std::string text, jsonl::read_small_file(path, largest_file));
    OVERNIGHT_TRY_ASSIGN(Recipe recipe, parse_recipe(text, path.string(), path.parent_path()));
    recipe.path = path;
    return recipe;
}

Result<std::string> load_schema(const Recipe& recipe) {
    if (recipe.answer.schema_file.empty()) return std::string{};
    auto text = jsonl::read_small_file(recipe.resolve(recipe.answer.schema_file), largest_file);
    if (!text) return std::move(text).error().while_("reading the schema that [answer] names");
    return text;
}

}  // namespace overnight::recipe
