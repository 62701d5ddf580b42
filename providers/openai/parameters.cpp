#include "providers/openai/parameters.hpp"

#include "providers/body_text.hpp"
#include "providers/portable.hpp"

#include <algorithm>
#include <array>

namespace overnight::providers::openai {
namespace {

using core::Errc;
using core::Error;
using core::Result;

constexpr std::array<std::string_view, 3> output_limits{"max_completion_tokens", "max_tokens",
                                                        "max_output_tokens"};

Error refused(std::string_view name, std::string_view why) {
    return Error(Errc::invalid_input,
                 "parameters: \"" + std::string(name) + "\" " + std::string(why));
}

Result<> check(const JsonPart& p, bool has_schema, Endpoint endpoint) {
    if (p.name == "model") return refused(p.name, "is the recipe's [model] name");
    if (p.name == "messages" || p.name == "input" || p.name == "prompt")
        return refused(p.name, "is made from the recipe's [prompt]");
    if (p.name == "instructions") return refused(p.name, "belongs into the recipe's [prompt]");
    const bool off = p.raw == "false" || p.kind == JsonKind::null;
    if (p.name == "stream" && !off)
        return refused(p.name, "cannot be used: a batch does not stream");
    if (p.name == "background" && !off)
        return refused(p.name, "cannot be used: a batch is in the background as it is");
    if (p.name == "n" && p.raw != "1" && p.kind != JsonKind::null)
        return refused(p.name, "must be 1: a row has one answer");
    if (has_schema && endpoint == Endpoint::chat && p.name == "response_format")
        return refused(p.name, "is made from the recipe's [answer]");
    return {};
}

}  // namespace

Result<std::string> portable_parameters(const Profile& profile,
                                        const recipe::Recipe& recipe,
                                        std::string_view path) {
    const Endpoint endpoint = find_endpoint(profile.endpoints, path).value_or(Endpoint::chat);
    const auto not_here = [&](std::string_view setting) {
        return Error(Errc::invalid_input, "[model] " + std::string(setting) + ": " +
                                              std::string(path) + " has no such setting");
    };
    const bool responses = endpoint == Endpoint::responses;
    const bool chat = endpoint == Endpoint::chat;
    std::vector<Translated> made;
    if (recipe.max_output_tokens) {
        if (takes_list(endpoint)) return not_here("max_output_tokens");
        const std::string_view name = responses ? "max_output_tokens"
                                      : chat    ? profile.output_limit
                                                : "max_tokens";
        made.push_back({"max_output_tokens",
                        std::string(name),
                        std::to_string(*recipe.max_output_tokens),
                        {output_limits.begin(), output_limits.end()}});
    }
    if (recipe.temperature) {
        if (takes_list(endpoint)) return not_here("temperature");
        made.push_back({"temperature", "temperature", number_text(*recipe.temperature)});
    }
    if (!recipe.reasoning_effort.empty()) {
        if (!responses && !chat) return not_here("reasoning_effort");
        if (!profile.takes_effort)
            return Error(Errc::invalid_input,
                         "[model] reasoning_effort: " + std::string(profile.name) +
                             " has no such setting; say it in its own words in parameters");
        const std::string quoted = '"' + recipe.reasoning_effort + '"';
        if (responses) {
            made.push_back({"reasoning_effort", "reasoning", R"({"effort":)" + quoted + "}"});
        } else {
            made.push_back({"reasoning_effort", "reasoning_effort", quoted});
        }
    }
    return with_parameters(recipe.parameters, made);
}

Result<Parameters> Parameters::read(const BodySpec& spec, Endpoint endpoint) {
    Parameters made;
    made.output_factor_ = spec.output_factor;
    if (spec.parameters.empty()) return made;
    auto parts = json_members(spec.parameters);
    if (!parts) return Error(Errc::invalid_input, "parameters: " + parts.error().message());
    made.parts_ = *std::move(parts);
    for (const auto& part : made.parts_)
        OVERNIGHT_TRY(check(part, !spec.schema.empty(), endpoint));
    const auto* text = find_part(made.parts_, "text");
    if (text == nullptr || endpoint != Endpoint::responses || spec.schema.empty()) return made;
    if (text->kind != JsonKind::object) return refused("text", "must be a table");
    OVERNIGHT_TRY_ASSIGN(made.text_parts_, json_members(text->raw));
    if (find_part(made.text_parts_, "format") != nullptr)
        return refused("text.format", "is made from the recipe's [answer]");
    made.merges_text_ = true;
    return made;
}

void Parameters::append_to(std::string& body) const {
    for (const auto& part : parts_) {
        if (merges_text_ && part.name == "text") continue;
        const bool limit =
            std::find(output_limits.begin(), output_limits.end(), part.name) != output_limits.end();
        append_member(body, part.name,
                      limit ? raised_limit(part.raw, output_factor_) : std::string(part.raw));
    }
}

void Parameters::append_text_members(std::string& body) const {
    for (const auto& part : text_parts_)
        append_member(body, part.name, part.raw);
}

}  // namespace overnight::providers::openai
