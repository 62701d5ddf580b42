#include "recipe/fingerprint.hpp"

#include "core/bytes.hpp"
#include "made.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

namespace overnight::recipe {
namespace {

using testing::minimal;
using testing::parsed;
using testing::shape_of;

struct Inputs {
    Recipe recipe = parsed(minimal("[answer]\na = \"string\"\n"));
    std::string family = "openai";
    std::string endpoint = "/v1/chat/completions";
    std::string row = "some row";
};

std::string fingerprint(const Inputs& in) {
    const AnswerShape shape = shape_of(in.recipe, "", in.endpoint);
    const Fingerprint print = Fingerprinter(in.recipe, in.family, in.endpoint, shape).of(in.row);
    return core::hex({reinterpret_cast<const char*>(print.data()), print.size()});
}

std::string with(const std::function<void(Inputs&)>& change) {
    Inputs in;
    change(in);
    return fingerprint(in);
}

TEST(Fingerprint, never_changes_between_versions) {
    EXPECT_EQ(fingerprint({}), "fb1904fbbcd13090dd8268dd02107ff0");
    const Fingerprint raw = raw_fingerprint("openai", "/v1/responses", "{}");
    EXPECT_EQ(core::hex({reinterpret_cast<const char*>(raw.data()), raw.size()}),
              "e40035dcf8c252a1ef7f7d8f547d298f");
}

TEST(Fingerprint, changes_with_everything_that_decides_the_answer) {
    const std::set<std::string> all = {
        fingerprint({}),
        with([](Inputs& in) { in.family = "gemini"; }),
        with([](Inputs& in) { in.endpoint = "/v1/responses"; }),
        with([](Inputs& in) { in.recipe.model = "m2"; }),
        with([](Inputs& in) { in.recipe.parameters = "{\"a\":1}"; }),
        with([](Inputs& in) { in.recipe.instructions = "x"; }),
        with([](Inputs& in) { in.recipe.row_template = "{{b}}"; }),
        with([](Inputs& in) { in.recipe.answer.fields[0].name = "b"; }),
        with([](Inputs& in) { in.recipe.answer.fields[0].type = FieldType::number; }),
        with([](Inputs& in) {
            in.recipe.answer.fields.push_back({"b", FieldType::string, {}});
        }),
        with([](Inputs& in) { in.recipe.answer.fields.clear(); }),
        with([](Inputs& in) { in.row = "some row "; }),
        with([](Inputs& in) { in.row = ""; }),
        with([](Inputs& in) { in.row.push_back('\0'); }),
    };
    EXPECT_EQ(all.size(), 14U);
}

TEST(Fingerprint, does_not_change_with_anything_else) {
    const std::string same = fingerprint({});
    EXPECT_EQ(with([](Inputs& in) { in.recipe.pack_rows = 20; }), same);
    EXPECT_EQ(with([](Inputs& in) { in.recipe.pack_tokens = 500; }), same);
    EXPECT_EQ(with([](Inputs& in) { in.recipe.input_file = "other.jsonl"; }), same);
    EXPECT_EQ(with([](Inputs& in) { in.recipe.output_file = "other.jsonl"; }), same);
    EXPECT_EQ(with([](Inputs& in) { in.recipe.id_column = "id"; }), same);
    EXPECT_EQ(with([](Inputs& in) { in.recipe.path = "/x/y.toml"; }), same);
    EXPECT_EQ(with([](Inputs& in) { in.recipe.base_folder = "/x"; }), same);
    EXPECT_EQ(with([](Inputs& in) { in.recipe.provider = "my-openai"; }), same);
    EXPECT_EQ(with([](Inputs& in) { in.recipe.attempts = 9; }), same);
    EXPECT_EQ(with([](Inputs& in) { in.recipe.max_cost = "1"; }), same);
    EXPECT_EQ(with([](Inputs& in) { in.recipe.finish_by = "06:00"; }), same);
    EXPECT_EQ(with([](Inputs& in) { in.recipe.if_late = IfLate::sync; }), same);
    EXPECT_EQ(with([](Inputs& in) { in.recipe.raise_output = false; }), same);
}

TEST(Fingerprint, does_not_depend_on_the_rows_before) {
    const Inputs in;
    const AnswerShape shape = shape_of(in.recipe);
    Fingerprinter used(in.recipe, in.family, in.endpoint, shape);
    (void)used.of(std::string(10'000, 'x'));
    (void)used.of("");
    const Fingerprint later = used.of("row");
    EXPECT_EQ(Fingerprinter(in.recipe, in.family, in.endpoint, shape).of("row"), later);
    Fingerprinter moved(std::move(used));
    EXPECT_EQ(moved.of("row"), later);
}

TEST(Fingerprint, keeps_fields_apart) {
    const auto split = [](std::string instructions, std::string row_template, std::string row) {
        return with([&](Inputs& in) {
            in.recipe.instructions = instructions;
            in.recipe.row_template = row_template;
            in.row = row;
        });
    };
    const std::set<std::string> all = {split("ab", "c", "d"), split("a", "bc", "d"),
                                       split("", "abc", "d"), split("ab", "cd", ""),
                                       split("abc", "", "d")};
    EXPECT_EQ(all.size(), 5U);
}

TEST(RawFingerprint, depends_on_endpoint_and_body) {
    const std::set<Fingerprint> all = {raw_fingerprint("openai", "/v1/responses", "{}"),
                                       raw_fingerprint("openai", "/v1/responses", "{ }"),
                                       raw_fingerprint("openai", "/v1/response", "s{}"),
                                       raw_fingerprint("openai", "/v1/embeddings", "{}"),
                                       raw_fingerprint("gemini", "/v1/responses", "{}")};
    EXPECT_EQ(all.size(), 5U);
}

}  // namespace
}  // namespace overnight::recipe
