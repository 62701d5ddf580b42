// The [limits] section.
#include "core/text.hpp"
#include "recipe/limit_values.hpp"
#include "recipe/recipe_sections.hpp"

#include <algorithm>
#include <array>

namespace overnight::recipe {

using core::Result;

Result<> read_limits_section(const TomlSection& section, Recipe& recipe) {
    static constexpr std::array<std::string_view, 6> keys = {
        "attempts", "max_cost", "finish_by", "if_late", "raise_output", "batch_requests"};
    OVERNIGHT_TRY(section.only(keys));

    OVERNIGHT_TRY_ASSIGN(const auto attempts, section.count("attempts", 1, 20));
    if (attempts) recipe.attempts = static_cast<std::uint32_t>(*attempts);

    OVERNIGHT_TRY_ASSIGN(const auto max_cost, section.text("max_cost"));
    if (max_cost) {
        recipe.max_cost = parse_usd(*max_cost);
        if (!recipe.max_cost) {
            return section.error("max_cost",
                                 "'max_cost' must be an amount above zero with its currency, such "
                                 "as \"5.00 USD\", not \"" +
                                     core::printable(*max_cost) + "\"");
        }
    }

    OVERNIGHT_TRY_ASSIGN(const auto finish_by, section.text("finish_by"));
    if (finish_by) {
        if (!is_deadline(*finish_by)) {
            return section.error("finish_by",
                                 "'finish_by' must be a time of day such as \"06:00\" or a "
                                 "duration such as \"8h\", not \"" +
                                     core::printable(*finish_by) + "\"");
        }
        recipe.finish_by = *finish_by;
    }

    OVERNIGHT_TRY_ASSIGN(const auto if_late, section.text("if_late"));
    if (if_late) {
        static constexpr std::array<std::string_view, 4> words = {"wait", "flex", "sync", "stop"};
        const auto word = std::find(words.begin(), words.end(), *if_late);
        if (word == words.end()) {
            return section.error(
                "if_late", "'if_late' must be \"wait\", \"flex\", \"sync\" or \"stop\", not \"" +
                               core::printable(*if_late) + "\"" +
                               suggestion(*if_late, words, "\"", "\""));
        }
        recipe.if_late = static_cast<IfLate>(word - words.begin());
    }

    OVERNIGHT_TRY_ASSIGN(const auto raise_output, section.truth("raise_output"));
    if (raise_output) recipe.raise_output = *raise_output;

    OVERNIGHT_TRY_ASSIGN(const auto batch_requests, section.count("batch_requests", 1, 100'000));
    if (batch_requests) recipe.batch_requests = static_cast<std::uint32_t>(*batch_requests);
    return {};
}

}  // namespace overnight::recipe
