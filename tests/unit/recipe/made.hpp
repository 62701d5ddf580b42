// Recipes, shapes and records for the tests of this folder.
#pragma once

#include "recipe/answer.hpp"
#include "recipe/recipe.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace overnight::recipe::testing {

/// The least that a recipe has, with `more` behind it.
inline std::string minimal(std::string_view more = "") {
    return "[input]\nfile = \"rows.csv\"\n[model]\nname = \"m\"\n[prompt]\nrow = \"{{a}}\"\n" +
           std::string(more);
}

inline Recipe parsed(std::string_view text) {
    auto recipe = parse_recipe(text, "r.toml", "/data");
    return std::move(recipe).value();
}

inline AnswerShape shape_of(const Recipe& recipe,
                            std::string_view schema = "",
                            std::string_view endpoint = "/v1/chat/completions") {
    auto shape = AnswerShape::make(recipe, endpoint, schema);
    return std::move(shape).value();
}

/// The shape of an [answer] section with these lines.
inline AnswerShape flat_shape(std::string_view answer_lines) {
    return shape_of(parsed(minimal("[answer]\n" + std::string(answer_lines))));
}

/// Of a schema file with this content.
inline core::Result<AnswerShape> schema_shape(std::string_view schema,
                                              std::uint32_t pack_rows = 1) {
    const Recipe recipe = parsed(minimal(
        "[answer]\nschema = \"s.json\"\n[pack]\nrows = " + std::to_string(pack_rows) + "\n"));
    return AnswerShape::make(recipe, "/v1/chat/completions", schema);
}

/// The stored payload, or "ERROR: ..." as `_error` would have it.
inline std::string checked(const AnswerShape& shape, std::string_view answer) {
    std::string payload = "untouched";
    const auto result = shape.check(answer, payload);
    return result ? payload : "ERROR: " + result.error().message();
}

struct RecordText {
    std::vector<jsonl::Field> fields;
    RecordText(std::initializer_list<jsonl::Field> list) : fields(list) {}
    jsonl::Record record() const {
        jsonl::Record made;
        made.row = 6;
        made.line = 8;
        made.fields = fields;
        return made;
    }
};

}  // namespace overnight::recipe::testing
