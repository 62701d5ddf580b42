// A recipe's portable settings in Anthropic's words.
#include "providers/api.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

const Adapter& anthropic() {
    return *find_adapter("anthropic");
}
const Adapter& newer() {
    return *find_adapter("anthropic-2026-10-21");
}

std::string refusal(const Adapter& adapter, const recipe::Recipe& recipe) {
    const auto made = adapter.parameters(recipe, "/v1/messages");
    EXPECT_FALSE(made);
    if (made) return *made;
    EXPECT_EQ(made.error().code(), core::Errc::invalid_input);
    return made.error().message();
}

TEST(AnthropicParameters, nothing_portable_changes_nothing) {
    recipe::Recipe recipe;
    EXPECT_EQ(anthropic().parameters(recipe, "/v1/messages").value(), "{}");
    recipe.parameters = R"({"max_tokens":7,"top_p":0.90})";
    EXPECT_EQ(anthropic().parameters(recipe, "/v1/messages").value(), recipe.parameters);
}

TEST(AnthropicParameters, each_setting) {
    recipe::Recipe recipe;
    recipe.max_output_tokens = 400;
    recipe.temperature = 0.5;
    recipe.reasoning_effort = "medium";
    EXPECT_EQ(anthropic().parameters(recipe, "/v1/messages").value(),
              R"({"max_tokens":400,"temperature":0.5,"output_config":{"effort":"medium"}})");
    recipe.temperature.reset();
    recipe.reasoning_effort = "none";
    EXPECT_EQ(newer().parameters(recipe, "/v1/messages").value(),
              R"({"max_tokens":400,"thinking":{"type":"disabled"}})");
}

TEST(AnthropicParameters, an_effort_joins_the_output_config_that_is_there) {
    recipe::Recipe recipe;
    recipe.parameters = R"({"output_config":{"task_budget":{"a":1}},"top_p":0.9})";
    recipe.reasoning_effort = "high";
    EXPECT_EQ(anthropic().parameters(recipe, "/v1/messages").value(),
              R"({"top_p":0.9,"output_config":{"effort":"high","task_budget":{"a":1}}})");
    recipe.parameters = R"({"output_config":{}})";
    EXPECT_EQ(anthropic().parameters(recipe, "/v1/messages").value(),
              R"({"output_config":{"effort":"high"}})");
}

TEST(AnthropicParameters, nothing_is_said_twice) {
    recipe::Recipe recipe;
    recipe.max_output_tokens = 400;
    recipe.parameters = R"({"max_tokens":7})";
    EXPECT_NE(refusal(anthropic(), recipe).find("max_output_tokens"), std::string::npos);
    recipe = {};
    recipe.reasoning_effort = "low";
    recipe.parameters = R"({"output_config":{"effort":"low"}})";
    EXPECT_NE(refusal(anthropic(), recipe).find("output_config.effort"), std::string::npos);
    recipe.reasoning_effort = "none";
    recipe.parameters = R"({"thinking":{"type":"enabled"}})";
    EXPECT_NE(refusal(anthropic(), recipe).find("thinking"), std::string::npos);
    recipe = {};
    recipe.temperature = 0.5;
    recipe.parameters = R"({"temperature":0.5})";
    EXPECT_NE(refusal(anthropic(), recipe).find("temperature"), std::string::npos);
}

TEST(AnthropicParameters, what_there_is_not_is_refused_by_name) {
    recipe::Recipe recipe;
    recipe.reasoning_effort = "minimal";
    const std::string effort = refusal(anthropic(), recipe);
    for (const auto* word : {"reasoning_effort", "minimal", "none", "low", "medium", "high"})
        EXPECT_NE(effort.find(word), std::string::npos) << effort;
    recipe = {};
    recipe.temperature = 1.5;
    EXPECT_NE(refusal(anthropic(), recipe).find("0 to 1"), std::string::npos);
    recipe.temperature = 0.5;
    const std::string sampling = refusal(newer(), recipe);
    EXPECT_NE(sampling.find("temperature"), std::string::npos) << sampling;
    EXPECT_NE(sampling.find("2026-10-21"), std::string::npos) << sampling;
    recipe = {};
    recipe.reasoning_effort = "low";
    recipe.parameters = R"({"output_config":7})";
    EXPECT_NE(refusal(anthropic(), recipe).find("output_config"), std::string::npos);
}

}  // namespace
}  // namespace overnight::providers
