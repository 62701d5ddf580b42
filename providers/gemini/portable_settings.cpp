#include "providers/gemini/portable_settings.hpp"

#include "core/text.hpp"
#include "providers/body_text.hpp"
#include "providers/gemini/endpoint.hpp"
#include "providers/gemini/fields.hpp"
#include "providers/portable.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace overnight::providers::gemini {
namespace {

using core::Errc;
using core::Error;
using core::Result;

struct Effort {
    std::string_view word;
    std::string_view budget;  ///< tokens, of gemini-2 models
    std::string_view level;   ///< of later ones; "" where they have none
};
/// The budgets are ours: within what every 2.5 model takes. A budget of 0 turns thinking off,
/// levels have no such thing.
constexpr std::array<Effort, 5> efforts{{{"none", "0", ""},
                                         {"minimal", "512", "MINIMAL"},
                                         {"low", "1024", "LOW"},
                                         {"medium", "8192", "MEDIUM"},
                                         {"high", "24576", "HIGH"}}};

Error not_here(std::string_view setting, std::string why) {
    return Error(Errc::invalid_input, "[model] " + std::string(setting) + ": " + std::move(why));
}

Result<std::string> thinking_config(const recipe::Recipe& recipe) {
    std::string_view model = recipe.model;
    if (constexpr std::string_view prefix = "models/"; model.starts_with(prefix))
        model.remove_prefix(prefix.size());
    const auto* found = std::find_if(efforts.begin(), efforts.end(), [&](const Effort& e) {
        return e.word == recipe.reasoning_effort;
    });
    if (found == efforts.end())
        return not_here("reasoning_effort", "there are none, minimal, low, medium and high");
    const auto always_thinks = [&](std::string_view rest) {
        return not_here("reasoning_effort", core::printable(model, 80) +
                                                " cannot be kept from thinking; there are " +
                                                std::string(rest));
    };
    if (!model.starts_with("gemini-2.")) {
        if (found->level.empty()) return always_thinks("minimal, low, medium and high");
        return R"({"thinking_level":")" + std::string(found->level) + "\"}";
    }
    if (found->word == "none" && model.starts_with("gemini-2.5-pro"))
        return always_thinks("minimal, low, medium and high");
    return R"({"thinking_budget":)" + std::string(found->budget) + "}";
}

Result<std::vector<Translated>> translated(const recipe::Recipe& recipe) {
    std::vector<Translated> made;
    if (recipe.max_output_tokens)
        made.push_back(
            {"max_output_tokens", "max_output_tokens", std::to_string(*recipe.max_output_tokens)});
    if (recipe.temperature)
        made.push_back({"temperature", "temperature", number_text(*recipe.temperature)});
    if (!recipe.reasoning_effort.empty()) {
        OVERNIGHT_TRY_ASSIGN(auto thinking, thinking_config(recipe));
        made.push_back({"reasoning_effort", "thinking_config", std::move(thinking)});
    }
    return made;
}

/// generation_config as the parameters have it, with `made` behind its members.
Result<std::string> merged_config(const Field* given, const std::vector<Translated>& made) {
    std::string config = "{";
    std::vector<Field> fields;
    if (given != nullptr) {
        if (given->kind != JsonKind::object)
            return Error(Errc::invalid_input,
                         "parameters: \"" + given->written + "\" must be a table");
        OVERNIGHT_TRY_ASSIGN(fields, read_fields(given->raw, "parameters." + given->written));
    }
    for (const auto& field : fields)
        append_member(config, field.written, field.raw);
    for (const auto& one : made) {
        if (const auto* there = find_field(fields, one.name))
            return Error(Errc::invalid_input, "[model] " + std::string(one.setting) +
                                                  " and parameters." + given->written + "." +
                                                  there->written +
                                                  " say the same; keep one of them");
        append_member(config, one.name, one.json);
    }
    return config + "}";
}

}  // namespace

Result<std::string> portable_parameters(const recipe::Recipe& recipe, std::string_view endpoint) {
    if (endpoint == name_of(Endpoint::embed)) {
        const std::string_view setting = recipe.max_output_tokens           ? "max_output_tokens"
                                         : recipe.temperature               ? "temperature"
                                         : !recipe.reasoning_effort.empty() ? "reasoning_effort"
                                                                            : "";
        if (!setting.empty())
            return not_here(setting, std::string(endpoint) + " has no such setting");
        return recipe.parameters;
    }
    OVERNIGHT_TRY_ASSIGN(const auto made, translated(recipe));
    if (made.empty()) return recipe.parameters;
    std::vector<Field> fields;
    if (!recipe.parameters.empty()) {
        OVERNIGHT_TRY_ASSIGN(fields, read_fields(recipe.parameters, "parameters"));
    }
    const auto* given = find_field(fields, "generation_config");
    OVERNIGHT_TRY_ASSIGN(const auto config, merged_config(given, made));
    std::string out = "{";
    for (const auto& field : fields)
        if (&field != given) append_member(out, field.written, field.raw);
    append_member(out, "generation_config", config);
    return out + "}";
}

}  // namespace overnight::providers::gemini
