#include "providers/anthropic/parameters.hpp"

#include "providers/anthropic/limits.hpp"
#include "providers/body_text.hpp"
#include "providers/portable.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace overnight::providers::anthropic {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using namespace std::string_view_literals;

/// What validation refuses in a batch whatever its value (anthropic.md 2.2).
constexpr std::array not_in_batches{"speed"sv, "store"sv, "previous_thread_event_id"sv,
                                    "cache_hint"sv, "context_hint"sv};

Error refused(std::string_view name, std::string_view why) {
    return Error(Errc::invalid_input,
                 "parameters: \"" + std::string(name) + "\" " + std::string(why));
}

Result<> check(const JsonPart& p, Version version) {
    if (p.name == "model") return refused(p.name, "is the recipe's [model] name");
    if (p.name == "messages") return refused(p.name, "is made from the recipe's [prompt]");
    if (p.name == "system")
        return refused(p.name, "belongs into the recipe's [prompt], as instructions");
    if (p.name == "output_format") return refused(p.name, "is made from the recipe's [answer]");
    if (const auto why = why_refused(p, version)) return refused(p.name, *why);
    return {};
}

Error setting_refused(std::string_view setting, std::string_view why) {
    return Error(Errc::invalid_input, "[model] " + std::string(setting) + ": " + std::string(why));
}

/// `parameters` without its output_config, and that with `effort` beside its other members.
struct WithEffort {
    std::string parameters;
    std::string output_config;
};
Result<WithEffort> add_effort(std::string_view parameters, std::string_view effort) {
    WithEffort made{"{", "{\"effort\":\"" + std::string(effort) + "\""};
    std::vector<JsonPart> parts;
    if (!parameters.empty()) {
        auto read = json_members(parameters);
        if (!read) return Error(Errc::invalid_input, "parameters: " + read.error().message());
        parts = *std::move(read);
    }
    for (const auto& part : parts) {
        if (part.name != "output_config") {
            append_member(made.parameters, part.name, part.raw);
            continue;
        }
        if (part.kind != JsonKind::object) return refused(part.name, "must be a table");
        OVERNIGHT_TRY_ASSIGN(const auto own, json_members(part.raw));
        if (find_part(own, "effort") != nullptr)
            return Error(Errc::invalid_input,
                         "[model] reasoning_effort and parameters.output_config.effort say the "
                         "same; keep one of them");
        for (const auto& member : own)
            append_member(made.output_config, member.name, member.raw);
    }
    made.parameters += "}";
    made.output_config += "}";
    return made;
}

/// A whole number from 1 on.
bool is_max_tokens(std::string_view raw) noexcept {
    std::uint64_t limit = 0;
    const auto* end = raw.data() + raw.size();
    const auto [stop, code] = std::from_chars(raw.data(), end, limit);
    return code == std::errc{} && stop == end && limit > 0;
}

}  // namespace

std::optional<std::string> why_refused(const JsonPart& p, Version version) {
    const auto is_among = [&](const auto& names) {
        return std::find(names.begin(), names.end(), p.name) != names.end();
    };
    if (p.kind == JsonKind::null) return std::nullopt;
    if (p.name == "stream" && p.raw != "false") return "cannot be used: a batch does not stream";
    if (is_among(not_in_batches)) return "cannot be used in a batch";
    if (p.name == "max_tokens" && !is_max_tokens(p.raw))
        return "must be a whole number, at least 1";
    if (is_among(sampling_parameters) && !takes_sampling(version))
        return "is refused by API version " + std::string(word(version)) +
               "; leave it out, or use the provider kind \"anthropic\", which speaks " +
               std::string(word(Version::v2023_06_01));
    return std::nullopt;
}

Result<std::string> portable_parameters(const recipe::Recipe& recipe, Version version) {
    std::vector<Translated> made;
    std::string parameters = recipe.parameters;
    if (recipe.max_output_tokens)
        made.push_back(
            {"max_output_tokens", "max_tokens", std::to_string(*recipe.max_output_tokens)});
    if (recipe.temperature) {
        const std::string number = number_text(*recipe.temperature);
        if (const auto why = why_refused({"temperature", JsonKind::number, number}, version))
            return setting_refused("temperature", "it " + *why);
        if (*recipe.temperature > 1)
            return setting_refused("temperature", "Anthropic takes 0 to 1, not " + number);
        made.push_back({"temperature", "temperature", number});
    }
    const std::string& effort = recipe.reasoning_effort;
    if (effort == "none") {
        made.push_back({"reasoning_effort", "thinking", R"({"type":"disabled"})"});
    } else if (effort == "low" || effort == "medium" || effort == "high") {
        OVERNIGHT_TRY_ASSIGN(auto with, add_effort(parameters, effort));
        parameters = std::move(with.parameters);
        made.push_back({"reasoning_effort", "output_config", std::move(with.output_config)});
    } else if (!effort.empty()) {
        return setting_refused("reasoning_effort",
                               "Anthropic has no \"" + effort +
                                   "\"; there are \"none\", \"low\", \"medium\" and \"high\"");
    }
    return with_parameters(parameters, made);
}

Result<Parameters> Parameters::read(const BodySpec& spec, Version version) {
    Parameters made;
    made.schema_ = spec.schema;
    std::string limit = std::to_string(default_max_tokens);
    if (!spec.parameters.empty()) {
        auto parts = json_members(spec.parameters);
        if (!parts) return Error(Errc::invalid_input, "parameters: " + parts.error().message());
        made.parts_ = *std::move(parts);
    }
    for (const auto& part : made.parts_) {
        OVERNIGHT_TRY(check(part, version));
        if (part.name == "max_tokens" && part.kind == JsonKind::number) limit = part.raw;
        if (part.name == "cache_control" && !spec.instructions.empty()) made.cache_ = part.raw;
        if (part.name != "output_config") continue;
        if (part.kind != JsonKind::object) return refused(part.name, "must be a table");
        OVERNIGHT_TRY_ASSIGN(made.output_config_, json_members(part.raw));
        if (find_part(made.output_config_, "format") != nullptr)
            return refused("output_config.format", "is made from the recipe's [answer]");
    }
    made.max_tokens_ = raised_limit(limit, spec.output_factor);
    return made;
}

void Parameters::append_to(std::string& body) const {
    append_member(body, "max_tokens", max_tokens_);
    if (!schema_.empty() || !output_config_.empty()) {
        std::string config = "{";
        if (!schema_.empty())
            append_member(config, "format",
                          R"({"type":"json_schema","schema":)" + std::string(schema_) + "}");
        for (const auto& member : output_config_)
            append_member(config, member.name, member.raw);
        append_member(body, "output_config", config + "}");
    }
    for (const auto& part : parts_) {
        const bool elsewhere = part.name == "max_tokens" || part.name == "output_config" ||
                               (part.name == "cache_control" && !cache_.empty());
        if (!elsewhere) append_member(body, part.name, part.raw);
    }
}

}  // namespace overnight::providers::anthropic
