// What the dialects' answers share.
#include "emulator/request_format.hpp"

namespace overnight::emulator {

std::string_view name(Tier tier) noexcept {
    switch (tier) {
    case Tier::batch:
        return "batch";
    case Tier::flex:
        return "flex";
    case Tier::standard:
        break;
    }
    return "standard";
}

void apply_rule(const Rule& rule, ApiError& error) {
    error.status = static_cast<int>(rule.integer("status", error.status));
    error.code = rule.text("code", error.code);
    error.message = rule.text("message", error.message);
    error.type = rule.text("type", error.type);
    error.param = rule.text("param", error.param);
}

ShownUsage shown_usage(const Executed& result, const Rule* rule) {
    ShownUsage usage{static_cast<std::int64_t>(result.input_tokens),
                     static_cast<std::int64_t>(result.output_tokens)};
    if (!is_fault(rule, Fault::usage_wrong)) return usage;
    const std::string_view how = rule->text("usage", "absent");
    if (how == "negative") return {-1, -1};
    if (how == "zero") return {0, 0};
    if (how == "huge") return {4'000'000'000'000'000'000, 4'000'000'000'000'000'000};
    usage.absent = true;
    return usage;
}

std::string_view shown_model(const Prompt& prompt, const Rule* rule, std::string_view other) {
    return is_fault(rule, Fault::other_model) ? rule->text("name", other)
                                              : std::string_view(prompt.model);
}

std::string_view refusal_text(const Rule& rule) {
    return rule.text("message", "I'm sorry, I can't help with that.");
}

}  // namespace overnight::emulator
