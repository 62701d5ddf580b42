#include "providers/job_spec.hpp"

#include "core/text.hpp"

#include <vector>

namespace overnight::providers {
namespace {

core::Result<std::string> choose_endpoint(const recipe::Recipe& recipe, const Adapter& adapter) {
    if (recipe.endpoint.empty()) return std::string(adapter.default_endpoint());
    if (const auto found = adapter.find_endpoint(recipe.endpoint)) return std::string(*found);
    const auto known = adapter.endpoints();
    std::string message = recipe.path.string() + ": [model] endpoint = \"" + recipe.endpoint +
                          "\" is not an endpoint of " + std::string(adapter.kind()) + " batches";
    if (const auto near = core::nearest(recipe.endpoint, known); !near.empty()) {
        message += "; did you mean \"" + std::string(near) + "\"?";
    } else {
        message += "; there are:";
        for (const auto one : known)
            message.append(one == known.front() ? " " : ", ").append(one);
    }
    return core::Error(core::Errc::invalid_input, std::move(message));
}

}  // namespace

core::Result<JobSpec> make_spec(recipe::Recipe recipe,
                                const Adapter& adapter,
                                std::string_view schema_text) {
    OVERNIGHT_TRY_ASSIGN(std::string endpoint, choose_endpoint(recipe, adapter));
    OVERNIGHT_TRY_ASSIGN(auto shape, recipe::AnswerShape::make(recipe, endpoint, schema_text));
    const Caps caps = adapter.caps(endpoint);
    if (shape.kind() == recipe::AnswerKind::object && !caps.structured_output)
        return core::Error(core::Errc::invalid_input,
                           recipe.path.string() + ": [answer] needs structured output, which " +
                               endpoint +
                               " does not have; leave [answer] out or use another endpoint");
    auto parameters = adapter.parameters(recipe, endpoint);
    if (!parameters)
        return core::Error(core::Errc::invalid_input,
                           recipe.path.string() + ": " + parameters.error().message());
    recipe.parameters = *std::move(parameters);
    recipe.max_output_tokens.reset();  // they stand among the parameters now
    recipe.temperature.reset();
    recipe.reasoning_effort.clear();
    return JobSpec{std::move(recipe), std::move(shape), std::move(endpoint), &adapter, caps};
}

core::Result<JobSpec> load_spec(const model::Job& job) {
    const Adapter* adapter = find_adapter(job.provider);
    if (adapter == nullptr)
        return core::Error(core::Errc::configuration,
                           "job " + std::to_string(job.id.v) + " runs on provider kind '" +
                               job.provider + "', which this program does not know");
    if (job.kind == model::JobKind::raw_requests) {
        recipe::Recipe raw;
        raw.path = job.recipe_path;
        raw.provider = job.provider;
        raw.model = job.model;
        raw.endpoint = job.endpoint;
        raw.attempts = job.row_attempts;
        return make_spec(std::move(raw), *adapter, "");
    }
    OVERNIGHT_TRY_ASSIGN(auto recipe, recipe::parse_recipe(job.recipe_text, job.recipe_path,
                                                           std::filesystem::path(job.base_folder)));
    // As it was planned: the command line may have named another provider and model.
    recipe.provider = job.provider;
    recipe.model = job.model;
    recipe.endpoint = job.endpoint;
    return make_spec(std::move(recipe), *adapter, job.recipe_schema);
}

}  // namespace overnight::providers
