// The inside of AnswerShape, shared by the files that implement it.
#pragma once

#include "recipe/answer.hpp"
#include "recipe/answer_schema.hpp"
#include "recipe/json_walk.hpp"

#include <optional>
#include <string>
#include <vector>

namespace overnight::recipe {

struct AnswerShape::Impl {
    AnswerKind kind = AnswerKind::text;
    std::vector<AnswerColumn> columns;
    std::vector<AnswerField> fields;     ///< of a flat answer
    std::optional<AnswerSchema> schema;  ///< of a schema file
    std::string row_schema;
    PackDefinition pack;
    mutable JsonWalker walker;
};

}  // namespace overnight::recipe
