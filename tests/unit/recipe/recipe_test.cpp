// Recipes that are right: every key of the contract, the defaults, and what is derived.
#include "recipe/recipe.hpp"

#include "made.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace overnight::recipe {
namespace {

using ::testing::ElementsAre;
using testing::minimal;
using testing::parsed;

constexpr std::string_view contract = R"([input]
file = "topics.csv"                # .csv .tsv .jsonl .ndjson; "-" is JSONL on standard input
id = "id"                          # optional: the column that names a row in messages

[model]
provider = "openai"                # a provider kind, or a [provider.NAME] of the configuration
name = "gpt-6-luna"
endpoint = "/v1/chat/completions"  # default per provider; /v1/responses, /v1/embeddings, ...
parameters = { max_completion_tokens = 400 }

[prompt]
instructions = "You classify engineering topics."            # shared by all rows, sent once a request
row = "Category: {{category}}\nTopic: {{topic}}\n{{description}}"   # Mustache over the row's columns

[answer]                           # becomes a strict JSON Schema; leave it out for plain text
tldr = "string"                    # string | number | integer | boolean | ["a", "b"] for an enumeration
challenge = ["practice", "expert"] # or: schema = "answer.schema.json"

[pack]
rows = 20                          # at most this many rows in a request; 1 turns packing off
tokens = 25000                     # at most this many estimated input tokens in a request

[limits]
attempts = 3                       # tries for a row that the provider failed
max_cost = "5.00 USD"
finish_by = "06:00"                # or "8h"
if_late = "flex"                   # wait | flex | sync | stop

[output]
file = "topics.enriched.csv"       # .csv .tsv .jsonl; the input's columns, then the answer's
)";

TEST(Recipe, parses_the_whole_contract) {
    const Recipe recipe = parsed(contract);
    EXPECT_EQ(recipe.input_file, "topics.csv");
    EXPECT_EQ(recipe.id_column, "id");
    EXPECT_EQ(recipe.provider, "openai");
    EXPECT_EQ(recipe.model, "gpt-6-luna");
    EXPECT_EQ(recipe.endpoint, "/v1/chat/completions");
    EXPECT_EQ(recipe.parameters, R"({"max_completion_tokens":400})");
    EXPECT_EQ(recipe.instructions, "You classify engineering topics.");
    EXPECT_EQ(recipe.row_template, "Category: {{category}}\nTopic: {{topic}}\n{{description}}");
    EXPECT_EQ(recipe.row_template_where, "r.toml:13");
    ASSERT_EQ(recipe.answer.fields.size(), 2U);
    EXPECT_EQ(recipe.answer.fields[0].name, "tldr");
    EXPECT_EQ(recipe.answer.fields[0].type, FieldType::string);
    EXPECT_EQ(recipe.answer.fields[1].type, FieldType::enumeration);
    EXPECT_THAT(recipe.answer.fields[1].choices, ElementsAre("practice", "expert"));
    EXPECT_EQ(recipe.pack_rows, 20U);
    EXPECT_EQ(recipe.pack_tokens, 25'000U);
    EXPECT_EQ(recipe.attempts, 3U);
    EXPECT_EQ(recipe.max_cost, "5.00");
    EXPECT_EQ(recipe.finish_by, "06:00");
    EXPECT_EQ(recipe.if_late, IfLate::flex);
    EXPECT_EQ(recipe.output_file, "topics.enriched.csv");
    EXPECT_EQ(recipe.resolve("topics.csv"), "/data/topics.csv");
    EXPECT_EQ(recipe.resolve("/else/topics.csv"), "/else/topics.csv");
}

TEST(Recipe, has_defaults) {
    const Recipe recipe = parsed(minimal());
    EXPECT_EQ(recipe.provider, "openai");
    EXPECT_EQ(recipe.endpoint, "");
    EXPECT_EQ(recipe.parameters, "{}");
    EXPECT_EQ(recipe.instructions, "");
    EXPECT_TRUE(recipe.answer.fields.empty());
    EXPECT_EQ(recipe.answer.schema_file, "");
    EXPECT_EQ(recipe.pack_rows, 1U);
    EXPECT_EQ(recipe.pack_tokens, 25'000U);
    EXPECT_EQ(recipe.attempts, 3U);
    EXPECT_FALSE(recipe.max_cost);
    EXPECT_FALSE(recipe.finish_by);
    EXPECT_EQ(recipe.if_late, IfLate::wait);
    EXPECT_TRUE(recipe.raise_output);
    EXPECT_EQ(recipe.batch_requests, 0U);
}

TEST(Recipe, names_the_output_after_the_input) {
    const auto output_of = [](std::string_view input) {
        return parsed("[input]\nfile = \"" + std::string(input) +
                      "\"\n[model]\nname = \"m\"\n[prompt]\nrow = \"{{a}}\"\n")
            .output_file;
    };
    EXPECT_EQ(output_of("rows.csv"), "rows.enriched.csv");
    EXPECT_EQ(output_of("in/rows.TSV"), "in/rows.enriched.TSV");
    EXPECT_EQ(output_of("/abs/rows.v2.ndjson"), "/abs/rows.v2.enriched.ndjson");
}

TEST(Recipe, keeps_the_order_of_answer_columns) {
    const Recipe recipe =
        parsed(minimal("[answer]\nzeta = \"number\"\nalpha = \"integer\"\n"
                       "\"my column\" = \"boolean\"\nbeta = [\"x\"]\n"));
    std::vector<std::string> names;
    for (const auto& field : recipe.answer.fields)
        names.push_back(field.name);
    EXPECT_THAT(names, ElementsAre("zeta", "alpha", "my column", "beta"));
}

TEST(Recipe, reads_every_word_of_if_late) {
    const auto word = [](const char* text) {
        return parsed(minimal("[limits]\nif_late = \"" + std::string(text) + "\"\n")).if_late;
    };
    EXPECT_EQ(word("wait"), IfLate::wait);
    EXPECT_EQ(word("flex"), IfLate::flex);
    EXPECT_EQ(word("sync"), IfLate::sync);
    EXPECT_EQ(word("stop"), IfLate::stop);
}

TEST(Recipe, reads_the_limits_at_their_bounds) {
    const Recipe least = parsed(
        minimal("[pack]\nrows = 1\ntokens = 100\n[limits]\nattempts = 1\nraise_output = false\n"));
    EXPECT_EQ(least.pack_rows, 1U);
    EXPECT_EQ(least.pack_tokens, 100U);
    EXPECT_EQ(least.attempts, 1U);
    EXPECT_FALSE(least.raise_output);
    const Recipe most =
        parsed(minimal("[pack]\nrows = 2048\n[limits]\nattempts = 20\nfinish_by = \"8h\"\nmax_cost "
                       "= \"12 USD\"\nbatch_requests = 7\n"));
    EXPECT_EQ(most.pack_rows, 2048U);
    EXPECT_EQ(most.attempts, 20U);
    EXPECT_EQ(most.batch_requests, 7U);
    EXPECT_EQ(most.finish_by, "8h");
    EXPECT_EQ(most.max_cost, "12");
}

TEST(Recipe, makes_sorted_compact_json_of_parameters) {
    EXPECT_EQ(
        parsed(R"([input]
file = "a.csv"
[model]
name = "m"
[model.parameters]
top_p = 0.5
temperature = 1.0
big = 1e300
whole = -7
logit_bias = { "50256" = -100, "15" = 3 }
stop = ["\n", "a\"b", "\u2028"]
store = false
mixed = [1, "two", [true, {}]]
[prompt]
row = "{{a}}"
)")
            .parameters,
        "{\"big\":1e+300,\"logit_bias\":{\"15\":3,\"50256\":-100},\"mixed\":[1,\"two\",[true,{}]],"
        "\"stop\":[\"\\n\",\"a\\\"b\",\"\\u2028\"],\"store\":false,\"temperature\":1.0,\"top_p\":0."
        "5,"
        "\"whole\":-7}");
}

TEST(Recipe, equal_parameters_are_equal_text) {
    const auto with = [](std::string_view table) {
        return parsed("[input]\nfile = \"a.csv\"\n[model]\nname = \"m\"\nparameters = " +
                      std::string(table) + "\n[prompt]\nrow = \"{{a}}\"\n")
            .parameters;
    };
    EXPECT_EQ(with("{ a = 1, b = { d = 2, c = 3 } }"), with("{ b = { c = 3, d = 2 }, a = 1 }"));
    EXPECT_EQ(with("{ reasoning.effort = \"low\" }"), R"({"reasoning":{"effort":"low"}})");
}

TEST(Recipe, accepts_a_byte_order_mark_and_crlf) {
    std::string text = "\xEF\xBB\xBF" + minimal();
    EXPECT_TRUE(parse_recipe(text, "r.toml", ""));
    std::string crlf;
    for (const char c : minimal())
        crlf += c == '\n' ? "\r\n" : std::string(1, c);
    EXPECT_TRUE(parse_recipe(crlf, "r.toml", ""));
}

TEST(PackSize, is_wide_by_default_where_an_endpoint_takes_a_list) {
    const Recipe plain = parsed(minimal());
    EXPECT_EQ(pack_size(plain, "/v1/chat/completions").rows, 1U);
    EXPECT_EQ(pack_size(plain, "/v1/responses").rows, 1U);
    EXPECT_EQ(pack_size(plain, "/v1/embeddings").rows, 100U);
    EXPECT_EQ(pack_size(plain, "/v1/moderations").rows, 100U);
    EXPECT_EQ(pack_size(plain, "/v1/embeddings").tokens, 25'000U);
    const Recipe given = parsed(minimal("[pack]\nrows = 1\ntokens = 300\n"));
    EXPECT_EQ(pack_size(given, "/v1/embeddings").rows, 1U);
    EXPECT_EQ(pack_size(given, "/v1/embeddings").tokens, 300U);
}

class RecipeFiles : public ::testing::Test {
protected:
    RecipeFiles() {
        std::string name =
            (std::filesystem::temp_directory_path() / "overnight-recipe-XXXXXX").native();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        folder = name;
    }
    ~RecipeFiles() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    std::filesystem::path write(std::string_view name, std::string_view content) const {
        const auto path = folder / name;
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }
    std::filesystem::path folder;
};

TEST_F(RecipeFiles, loads_a_file_and_resolves_beside_it) {
    const auto path = write("job.toml", minimal("[answer]\nschema = \"s.json\"\n"));
    write("s.json", "{ }");
    auto recipe = load_recipe(path);
    ASSERT_TRUE(recipe) << recipe.error().describe();
    EXPECT_EQ(recipe->path, path);
    EXPECT_EQ(recipe->resolve(recipe->input_file), folder / "rows.csv");
    EXPECT_EQ(load_schema(*recipe).value(), "{ }");
}

TEST_F(RecipeFiles, names_the_file_as_it_was_given) {
    const auto path = write("job.toml", minimal("[pack]\nrow_ = 3\n"));
    const auto recipe = load_recipe(path);
    ASSERT_FALSE(recipe);
    EXPECT_EQ(recipe.error().message(),
              path.native() + ":8: unknown key 'row_' in [pack]; did you mean 'rows'?");
}

TEST_F(RecipeFiles, refuses_what_is_no_small_regular_file) {
    EXPECT_FALSE(load_recipe(folder));
    EXPECT_FALSE(load_recipe(folder / "missing.toml"));
    EXPECT_FALSE(load_recipe("/dev/zero"));
    EXPECT_FALSE(load_recipe(write("large.toml", std::string((1u << 20) + 1, '#'))));
    EXPECT_FALSE(load_schema(parsed(minimal("[answer]\nschema = \"none.json\"\n"))));
}

TEST_F(RecipeFiles, refuses_an_output_that_is_the_input_by_another_name) {
    write("rows.csv", "a\n1\n");
    std::filesystem::create_hard_link(folder / "rows.csv", folder / "other.csv");
    const auto path = write("job.toml", minimal("[output]\nfile = \"other.csv\"\n"));
    const auto recipe = load_recipe(path);
    ASSERT_FALSE(recipe);
    EXPECT_EQ(
        recipe.error().message(),
        path.native() +
            ":8: output file \"other.csv\" is the input file; the input is never written to, name "
            "another file");
}

}  // namespace
}  // namespace overnight::recipe
