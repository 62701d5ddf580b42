// The check of a flat answer: a JSON object with a fixed set of simple members.
#pragma once

#include "core/error.hpp"
#include "recipe/json_walk.hpp"
#include "recipe/recipe.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace overnight::recipe {

/// The strict schema of a flat answer, in the recipe's order.
std::string flat_schema(const std::vector<AnswerField>& fields);

/// Checks `json` against `fields` and replaces `payload` by the compact object, members in the
/// order of `fields`.
core::Result<> check_flat(const std::vector<AnswerField>& fields,
                          std::string_view json,
                          JsonWalker& walker,
                          std::string& payload);

}  // namespace overnight::recipe
