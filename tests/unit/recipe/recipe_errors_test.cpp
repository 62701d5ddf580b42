// Recipes that are wrong: each with the whole message, since the message is what helps.
#include "made.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace overnight::recipe {
namespace {

using testing::minimal;

struct Case {
    const char* name;
    std::string text;
    const char* message;
};

std::string model(std::string_view lines) {
    return "[input]\nfile = \"rows.csv\"\n[prompt]\nrow = \"{{a}}\"\n[model]\n" +
           std::string(lines) + "\n";
}
std::string input(std::string_view lines) {
    return "[model]\nname = \"m\"\n[prompt]\nrow = \"{{a}}\"\n[input]\n" + std::string(lines) +
           "\n";
}
std::string prompt(std::string_view lines) {
    return "[model]\nname = \"m\"\n[input]\nfile = \"rows.csv\"\n[prompt]\n" + std::string(lines) +
           "\n";
}

const Case cases[] = {
    {"unknown_key", minimal("[pack]\nrow_ = 2\n"),
     "r.toml:8: unknown key 'row_' in [pack]; did you mean 'rows'?"},
    {"unknown_key_far_from_all", minimal("[pack]\nzzzzzzzzzzzz = 2\n"),
     "r.toml:8: unknown key 'zzzzzzzzzzzz' in [pack]; it takes 'rows', 'tokens'"},
    {"unknown_key_first_in_file_order", minimal("[limits]\nzig = 2\nattemps = 3\n"),
     "r.toml:8: unknown key 'zig' in [limits]; it takes 'attempts', 'max_cost', 'finish_by', "
     "'if_late', "
     "'raise_output', 'batch_requests'"},
    {"unknown_key_with_escape", minimal("[pack]\n\"\\u001b[2Jrows\" = 2\n"),
     "r.toml:8: unknown key '\\u{1b}[2Jrows' in [pack]; did you mean 'rows'?"},
    {"unknown_section", minimal("[answers]\na = \"string\"\n"),
     "r.toml:7: unknown section [answers]; did you mean [answer]?"},
    {"unknown_section_far_from_all", minimal("[qqqqqqqqqqqqqqq]\n"),
     "r.toml:7: unknown section [qqqqqqqqqqqqqqq]; a recipe has [input], [model], [prompt], "
     "[answer], [pack], "
     "[limits] and [output]"},
    {"key_outside_of_sections", "file = \"rows.csv\"\n",
     "r.toml:1: 'file' stands outside of every section; put it behind the one it belongs to, such "
     "as [model]"},
    {"section_is_a_number", "pack = 3\n" + minimal(),
     "r.toml:1: 'pack' must be a section, written [pack], not a whole number"},
    {"section_is_a_list", minimal("[[pack]]\nrows = 2\n"),
     "r.toml:7: 'pack' must be a section, written [pack], not a list"},
    {"curly_quotes", "[input]\nfile = \xE2\x80\x9Crows.csv\xE2\x80\x9D\n",
     "r.toml:2: a character outside of quotes that TOML does not have there; texts stand in "
     "straight quotes (\"...\"), "
     "and so does a key with letters other than a-z"},
    {"no_input", "[model]\nname = \"m\"\n", "r.toml: the section [input] is missing"},
    {"no_model", "[input]\nfile = \"a.csv\"\n", "r.toml: the section [model] is missing"},
    {"no_prompt", "[input]\nfile = \"a.csv\"\n[model]\nname = \"m\"\n",
     "r.toml: the section [prompt] is missing"},
    {"empty_file", "", "r.toml: the section [input] is missing"},

    {"input_without_file", input("id = \"a\""),
     "r.toml:5: [input] has no 'file'; name the table to read, such as file = \"rows.csv\""},
    {"input_file_empty", input("file = \"\""), "r.toml:6: 'file' in [input] is empty"},
    {"input_file_number", input("file = 3"),
     "r.toml:6: 'file' in [input] must be a text in quotes, not a whole number"},
    {"input_file_extension", input("file = \"rows.xlsx\""),
     "r.toml:6: input file \"rows.xlsx\" must end in .csv, .tsv, .jsonl or .ndjson, or be \"-\" "
     "for JSONL on standard "
     "input"},
    {"input_id_empty", input("file = \"a.csv\"\nid = \"\""), "r.toml:7: 'id' in [input] is empty"},
    {"standard_input_without_output", input("file = \"-\""),
     "r.toml: the input is standard input, so the output needs a name; add [output] with file = "
     "\"answers.jsonl\""},

    {"model_without_name", model("provider = \"openai\""),
     "r.toml:5: [model] has no 'name'; name the model, such as name = \"gpt-6-luna\""},
    {"model_name_empty", model("name = \"\""), "r.toml:6: 'name' in [model] is empty"},
    {"model_name_control", model("name = \"a\\nb\""),
     "r.toml:6: 'name' in [model] has a control character in it"},
    {"temperature_range", model("name = \"m\"\ntemperature = 2.5"),
     "r.toml:7: 'temperature' in [model] must be a number from 0 to 2"},
    {"reasoning_word", model("name = \"m\"\nreasoning_effort = \"much\""),
     "r.toml:7: 'reasoning_effort' in [model] must be \"none\", \"minimal\", \"low\", \"medium\" "
     "or \"high\", not \"much\""},
    {"output_tokens_zero", model("name = \"m\"\nmax_output_tokens = 0"),
     "r.toml:7: 'max_output_tokens' in [model] must be a whole number from 1 to 10,000,000, not 0"},
    {"parameters_text", model("name = \"m\"\nparameters = \"a=1\""),
     "r.toml:7: 'parameters' in [model] must be a table, such as { max_completion_tokens = 400 }, "
     "not a text"},
    {"parameters_date", model("name = \"m\"\nparameters = { a = { b = [2026-11-21] } }"),
     "r.toml:7: a parameter cannot be a date, which JSON does not have; write it as a text in "
     "quotes"},
    {"parameters_time", model("name = \"m\"\n[model.parameters]\na = 06:00:00"),
     "r.toml:8: a parameter cannot be a time, which JSON does not have; write it as a text in "
     "quotes"},
    {"parameters_nan", model("name = \"m\"\nparameters = { a = nan }"),
     "r.toml:7: a parameter cannot be nan or inf, which JSON does not have"},

    {"prompt_without_row", prompt("instructions = \"x\""),
     "r.toml:5: [prompt] has no 'row'; write the text of one row, such as row = "
     "\"{{description}}\""},
    {"prompt_row_empty", prompt("row = \"\""), "r.toml:6: 'row' in [prompt] is empty"},
    {"prompt_rows_typo", prompt("rows = \"{{a}}\""),
     "r.toml:6: unknown key 'rows' in [prompt]; did you mean 'row'?"},
    {"prompt_row_unclosed", prompt("row = \"a\\nb {{c\""),
     "r.toml:6: unclosed tag at line 2, column 3 of the row template"},
    {"prompt_row_partial", prompt("row = \"{{>other}}\""),
     "r.toml:6: a partial ({{>other}}), which a recipe does not have; write its text out, at line "
     "1, column 1 of the "
     "row template"},

    {"answer_empty", minimal("[answer]\n"),
     "r.toml:7: [answer] names no column; name one, such as tldr = \"string\", or leave [answer] "
     "out for plain text"},
    {"answer_type_typo", minimal("[answer]\ntldr = \"strin\"\n"),
     "r.toml:8: unknown answer type \"strin\" for 'tldr'; did you mean \"string\"?"},
    {"answer_type_far", minimal("[answer]\ntldr = \"qqqqqqqqqqqqqqqqq\"\n"),
     "r.toml:8: unknown answer type \"qqqqqqqqqqqqqqqqq\" for 'tldr'; it can be \"string\", "
     "\"number\", \"integer\", "
     "\"boolean\" or a list of choices"},
    {"answer_type_empty", minimal("[answer]\ntldr = \"\"\n"),
     "r.toml:8: unknown answer type \"\" for 'tldr'; it can be \"string\", \"number\", "
     "\"integer\", \"boolean\" or a "
     "list of choices"},
    {"answer_type_number", minimal("[answer]\ntldr = 3\n"),
     "r.toml:8: 'tldr' in [answer] must be \"string\", \"number\", \"integer\", \"boolean\" or a "
     "list of choices, not a "
     "whole number"},
    {"answer_dotted_key", minimal("[answer]\na.b = \"string\"\n"),
     "r.toml:8: 'a' in [answer] must be \"string\", \"number\", \"integer\", \"boolean\" or a list "
     "of choices, not a "
     "table"},
    {"answer_reserved_status", minimal("[answer]\na = \"string\"\n_status = \"string\"\n"),
     "r.toml:9: '_status' cannot be an answer column: the output has a column of its own by that "
     "name"},
    {"answer_reserved_error", minimal("[answer]\n_error = \"string\"\n"),
     "r.toml:8: '_error' cannot be an answer column: the output has a column of its own by that "
     "name"},
    {"answer_name_empty", minimal("[answer]\n\"\" = \"string\"\n"),
     "r.toml:8: '' cannot be an answer column: it is empty"},
    {"answer_name_control", minimal("[answer]\n\"a\\tb\" = \"string\"\n"),
     "r.toml:8: 'a\\u{9}b' cannot be an answer column: it has a control character in it"},
    {"answer_choices_empty", minimal("[answer]\na = []\n"),
     "r.toml:8: the choices of 'a' in [answer] must be 1 to 1,000 texts"},
    {"answer_choices_numbers", minimal("[answer]\na = [\"x\", 2]\n"),
     "r.toml:8: the choices of 'a' in [answer] must all be texts that are not empty, such as "
     "[\"low\", \"high\"]"},
    {"answer_choices_twice", minimal("[answer]\na = [\"x\", \"y\", \"x\"]\n"),
     "r.toml:8: the choices of 'a' in [answer] name \"x\" twice"},
    {"answer_schema_and_fields", minimal("[answer]\na = \"string\"\nschema = \"s.json\"\n"),
     "r.toml:9: [answer] has both 'schema' and columns of its own ('a'); keep the one or the "
     "other"},
    {"answer_schema_as_column", minimal("[answer]\nschema = \"string\"\n"),
     "r.toml:8: an answer column cannot be called 'schema': that key names a JSON Schema file"},
    {"answer_schema_list", minimal("[answer]\nschema = [\"a\"]\n"),
     "r.toml:8: 'schema' in [answer] must be a text in quotes, not a list"},

    {"pack_rows_zero", minimal("[pack]\nrows = 0\n"),
     "r.toml:8: 'rows' in [pack] must be a whole number from 1 to 2,048, not 0"},
    {"pack_rows_negative", minimal("[pack]\nrows = -4\n"),
     "r.toml:8: 'rows' in [pack] must be a whole number from 1 to 2,048, not -4"},
    {"pack_rows_large", minimal("[pack]\nrows = 2049\n"),
     "r.toml:8: 'rows' in [pack] must be a whole number from 1 to 2,048, not 2049"},
    {"pack_rows_fraction", minimal("[pack]\nrows = 2.0\n"),
     "r.toml:8: 'rows' in [pack] must be a whole number from 1 to 2,048, not a number with a "
     "fraction"},
    {"pack_rows_text", minimal("[pack]\nrows = \"20\"\n"),
     "r.toml:8: 'rows' in [pack] must be a whole number from 1 to 2,048, not a text"},
    {"pack_tokens_small", minimal("[pack]\ntokens = 99\n"),
     "r.toml:8: 'tokens' in [pack] must be a whole number from 100 to 10,000,000, not 99"},

    {"attempts_zero", minimal("[limits]\nattempts = 0\n"),
     "r.toml:8: 'attempts' in [limits] must be a whole number from 1 to 20, not 0"},
    {"attempts_large", minimal("[limits]\nattempts = 21\n"),
     "r.toml:8: 'attempts' in [limits] must be a whole number from 1 to 20, not 21"},
    {"batch_requests_zero", minimal("[limits]\nbatch_requests = 0\n"),
     "r.toml:8: 'batch_requests' in [limits] must be a whole number from 1 to 100,000, not 0"},
    {"max_cost_without_currency", minimal("[limits]\nmax_cost = \"5.00\"\n"),
     "r.toml:8: 'max_cost' must be an amount above zero with its currency, such as \"5.00 USD\", "
     "not \"5.00\""},
    {"max_cost_number", minimal("[limits]\nmax_cost = 5.0\n"),
     "r.toml:8: 'max_cost' in [limits] must be a text in quotes, not a number with a fraction"},
    {"max_cost_zero", minimal("[limits]\nmax_cost = \"0.00 USD\"\n"),
     "r.toml:8: 'max_cost' must be an amount above zero with its currency, such as \"5.00 USD\", "
     "not \"0.00 USD\""},
    {"finish_by_hour", minimal("[limits]\nfinish_by = \"24:00\"\n"),
     "r.toml:8: 'finish_by' must be a time of day such as \"06:00\" or a duration such as \"8h\", "
     "not \"24:00\""},
    {"finish_by_time", minimal("[limits]\nfinish_by = 06:00:00\n"),
     "r.toml:8: 'finish_by' in [limits] must be a text in quotes, not a time"},
    {"if_late_typo", minimal("[limits]\nif_late = \"flexx\"\n"),
     "r.toml:8: 'if_late' must be \"wait\", \"flex\", \"sync\" or \"stop\", not \"flexx\"; did you "
     "mean \"flex\"?"},
    {"raise_output_text", minimal("[limits]\nraise_output = \"yes\"\n"),
     "r.toml:8: 'raise_output' in [limits] must be true or false, without quotes, not a text"},

    {"output_is_input", minimal("[output]\nfile = \"./x/../rows.csv\"\n"),
     "r.toml:8: output file \"./x/../rows.csv\" is the input file; the input is never written to, "
     "name another file"},
    {"output_extension", minimal("[output]\nfile = \"out.parquet\"\n"),
     "r.toml:8: output file \"out.parquet\" must end in .csv, .tsv, .jsonl or .ndjson"},
    {"output_dash", minimal("[output]\nfile = \"-\"\n"),
     "r.toml:8: output file \"-\" must end in .csv, .tsv, .jsonl or .ndjson"},
    {"output_of_an_input_that_is_all_ending", input("file = \"in/.csv\""),
     "r.toml: the input file \"in/.csv\" has no name before its ending to call the output after; "
     "add [output] with file = \"answers.csv\""},
    {"input_with_nul", input("file = \"rows\\u0000.csv\""),
     "r.toml:6: 'file' in [input] has a NUL in it, which no file name can have"},
    {"output_with_nul", minimal("[output]\nfile = \"precious\\u0000.csv\"\n"),
     "r.toml:8: 'file' in [output] has a NUL in it, which no file name can have"},
    {"schema_with_nul", minimal("[answer]\nschema = \"a\\u0000.json\"\n"),
     "r.toml:8: 'schema' in [answer] has a NUL in it, which no file name can have"},
};

class RecipeErrors : public ::testing::TestWithParam<Case> {};

TEST_P(RecipeErrors, say_where_and_what_to_do) {
    const auto recipe = parse_recipe(GetParam().text, "r.toml", "/data");
    ASSERT_FALSE(recipe);
    EXPECT_EQ(recipe.error().code(), core::Errc::invalid_input);
    EXPECT_EQ(recipe.error().message(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(Recipe, RecipeErrors, ::testing::ValuesIn(cases), [](const auto& one) {
    return std::string(one.param.name);
});

TEST(RecipeSyntax, errors_name_the_line) {
    const struct {
        std::string text;
        const char* start;
        const char* part;
    } broken[] = {
        {minimal("[pack]\nrows = 2\n[pack]\nrows = 3\n"), "r.toml:9: ", "redefine"},
        {minimal("[pack]\nrows = 2\nrows = 3\n"), "r.toml:9: ", "redefine"},
        {"[input\n", "r.toml:1: ", ""},
        {"\n[=]\n", "r.toml:2: ", "bare key"},
        {"a = 0x1\xC3\xA4\n", "r.toml:1: ", "straight quotes"},
        {"a = [1.'\xC3\xA4", "r.toml:1: ", ""},
        {"a = \n", "r.toml:1: ", ""},
        {"a = \"\xff\"\n", "r.toml:1: ", ""},
        {"[input]\nfile = \"\x01\"\n", "r.toml:2: ", ""},
        {std::string("a = 1\n\0", 7), "r.toml:", ""},
    };
    for (const auto& [text, start, part] : broken) {
        const auto recipe = parse_recipe(text, "r.toml", "/data");
        ASSERT_FALSE(recipe) << text;
        EXPECT_TRUE(recipe.error().message().starts_with(start)) << recipe.error().message();
        EXPECT_NE(recipe.error().message().find(part), std::string::npos)
            << recipe.error().message();
    }
}

TEST(RecipeSyntax, survives_nesting_bombs) {
    EXPECT_FALSE(parse_recipe("a = " + std::string(100'000, '['), "r.toml", ""));
    std::string tables = "a = ";
    for (int i = 0; i < 50'000; ++i)
        tables += "{a=";
    EXPECT_FALSE(parse_recipe(tables, "r.toml", ""));
    std::string dotted = "a";
    for (int i = 0; i < 100'000; ++i)
        dotted += ".a";
    EXPECT_FALSE(parse_recipe(dotted + " = 1\n", "r.toml", ""));
    EXPECT_FALSE(parse_recipe("[model.parameters." + dotted + "]\nx = 1\n", "r.toml", ""));
}

TEST(RecipeSyntax, counts_dots_only_where_they_nest) {
    std::string prose;
    for (int i = 0; i < 5000; ++i)
        prose += "One. ";
    const std::string prompt_start = "[prompt]\nrow = '{{a}}'\ninstructions = ";
    for (const std::string& text :
         {"# " + prose + "\n[prompt]\n", prompt_start + "\"\\\" " + prose + "\"\n",
          prompt_start + "'''\n" + prose + "''\n'''\n",
          prompt_start + "\"\"\"\n" + prose + "\"\n\"\"\"\"\n"}) {
        const auto recipe = parse_recipe(text, "r.toml", "");
        ASSERT_FALSE(recipe);
        EXPECT_EQ(recipe.error().message(), "r.toml: the section [input] is missing");
    }
    for (const std::string_view before : {"a = \"\"\"x\"\"\"\"\n", "a = 'x'\n", "a = \"\"\n",
                                          "# \"\n", "a = 'x\n", "a = \"\"\"\"\"\"\n"}) {
        std::string keys(before);
        keys += "b";
        for (int i = 0; i < 100'000; ++i)
            keys += ".b";
        const auto recipe = parse_recipe(keys + " = 1\n", "r.toml", "");
        ASSERT_FALSE(recipe);
        EXPECT_EQ(recipe.error().message(), "r.toml:2: more than 2,000 dots in keys and numbers");
    }
}

/// Truncated and mutated recipes: whatever comes out, it comes out as a value.
TEST(RecipeSyntax, never_breaks_on_mutations) {
    const std::string whole = minimal(
        "[answer]\na = [\"x\", \"y\"]\n[limits]\nmax_cost = \"1 USD\"\nfinish_by = "
        "\"06:00\"\n[model.parameters]\nb = "
        "{ c = [1.5, true] }\n");
    std::uint64_t state = 1;
    for (int round = 0; round < 2000; ++round) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        std::string text = whole;
        const std::size_t at = (state >> 33) % text.size();
        if (round % 2 == 0) {
            text.resize(at);
        } else {
            text[at] = static_cast<char>(state >> 20);
        }
        const auto recipe = parse_recipe(text, "r.toml", "/data");
        if (recipe) continue;
        EXPECT_TRUE(recipe.error().message().starts_with("r.toml")) << recipe.error().message();
    }
}

}  // namespace
}  // namespace overnight::recipe
