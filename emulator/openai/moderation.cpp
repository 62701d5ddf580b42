// Moderations.
#include "emulator/openai/moderation.hpp"

#include "emulator/hashing.hpp"
#include "emulator/json_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace overnight::emulator::openai {

namespace {

struct Category {
    std::string_view name;
    std::string_view trigger;  ///< a word that flags it; empty: never
};

constexpr std::array categories{
    Category{"harassment", "idiot"},
    Category{"harassment/threatening", ""},
    Category{"hate", "hate"},
    Category{"hate/threatening", ""},
    Category{"illicit", "steal"},
    Category{"illicit/violent", "bomb"},
    Category{"self-harm", "suicide"},
    Category{"self-harm/intent", ""},
    Category{"self-harm/instructions", ""},
    Category{"sexual", "porn"},
    Category{"sexual/minors", ""},
    Category{"violence", "kill"},
    Category{"violence/graphic", "gore"},
};

bool contains_word(std::string_view text, std::string_view word) {
    if (word.empty()) return false;
    return std::search(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
               return std::tolower(static_cast<unsigned char>(a)) == b;
           }) != text.end();
}

}  // namespace

void put_moderation(std::string& out, std::string_view text) {
    std::array<bool, categories.size()> flags{};
    std::transform(
        categories.begin(), categories.end(), flags.begin(),
        [text](const Category& category) { return contains_word(text, category.trigger); });
    const bool flagged = std::find(flags.begin(), flags.end(), true) != flags.end();
    out += flagged ? R"({"flagged":true,"categories":)" : R"({"flagged":false,"categories":)";
    ObjectWriter verdicts(out);
    for (std::size_t i = 0; i < categories.size(); ++i)
        verdicts.raw(categories[i].name, flags[i] ? "true" : "false");
    verdicts.end();
    out += R"(,"category_scores":)";
    ObjectWriter scores(out);
    for (std::size_t i = 0; i < categories.size(); ++i) {
        const auto noise = static_cast<double>(hash_text(text, i) % 1'000) / 100'000.0;
        put_number(scores.key(categories[i].name), flags[i] ? 0.95 + noise : noise);
    }
    scores.end();
    out += R"(,"category_applied_input_types":)";
    ObjectWriter types(out);
    for (const Category& category : categories)
        types.raw(category.name, R"(["text"])");
    types.end();
    out += '}';
}

}  // namespace overnight::emulator::openai
