// A job's recipe, compiled, with the adapter that it runs on. Every role makes it anew from the
// stored job.
#pragma once

#include "core/error.hpp"
#include "model/job.hpp"
#include "providers/api.hpp"
#include "recipe/answer.hpp"
#include "recipe/recipe.hpp"

#include <string>

namespace overnight::providers {

struct JobSpec {
    recipe::Recipe recipe;  ///< of a raw job: only the limits mean something
    recipe::AnswerShape shape;
    std::string endpoint;
    const Adapter* adapter = nullptr;
    Caps caps;
};

/// Checks what recipe and provider say of each other: endpoint, structured output. invalid_input.
core::Result<JobSpec> make_spec(recipe::Recipe recipe,
                                const Adapter& adapter,
                                std::string_view schema_text);
/// From a stored job; its text was checked when it was planned.
core::Result<JobSpec> load_spec(const model::Job& job);

}  // namespace overnight::providers
