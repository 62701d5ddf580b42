#include "submitter/row_checks.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace overnight::submitter {
namespace {

struct KeyForm {
    std::string_view start;
    std::size_t behind;  ///< so many characters of [A-Za-z0-9_-] at least
};
constexpr std::array<KeyForm, 5> key_forms{{
    {"sk-", 32},   // OpenAI, Anthropic and many who copied them
    {"AIza", 35},  // Google
    {"AKIA", 16},  // AWS
    {"ghp_", 36},  // GitHub
    {"gsk_", 40},  // Groq
}};

bool is_key_character(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
}

}  // namespace

bool holds_key(std::string_view text) noexcept {
    for (const auto& form : key_forms) {
        for (auto at = text.find(form.start); at != std::string_view::npos;
             at = text.find(form.start, at + 1)) {
            if (at > 0 && is_key_character(text[at - 1])) continue;  // the middle of a word
            const auto rest = text.substr(at + form.start.size());
            const auto end = std::find_if_not(rest.begin(), rest.end(), is_key_character);
            const auto length = static_cast<std::size_t>(end - rest.begin());
            const bool digits =
                std::any_of(rest.begin(), end, [](char c) { return c >= '0' && c <= '9'; });
            if (length >= form.behind && digits) return true;
        }
    }
    return false;
}

void RowChecks::see_id(std::string_view id) {
    if (id.empty()) {
        ++nameless_;
    } else if (ids_.size() < most_ids) {
        ids_.push_back(std::hash<std::string_view>{}(id));
    }
}

void RowChecks::see_text(std::string_view text, std::uint64_t line) {
    if (!holds_key(text)) return;
    if (keys_++ == 0) first_key_line_ = line;
}

std::vector<std::string> RowChecks::warnings(const std::string& file,
                                             const std::string& id_column) {
    std::vector<std::string> found;
    const auto rows = [](std::uint64_t n) {
        return core::grouped(n) + (n == 1 ? " row" : " rows");
    };
    if (nameless_ > 0)
        found.push_back(file + ": " + rows(nameless_) + " without \"" +
                        core::printable(id_column, 80) + "\"; messages name them by number");
    std::sort(ids_.begin(), ids_.end());
    const auto different =
        static_cast<std::size_t>(std::unique(ids_.begin(), ids_.end()) - ids_.begin());
    if (different < ids_.size())
        found.push_back(file + ": " + rows(ids_.size() - different) + " with the \"" +
                        core::printable(id_column, 80) +
                        "\" of an earlier row; all are sent, and the output keeps all");
    if (keys_ > 0)
        found.push_back(file + ", line " + std::to_string(first_key_line_) +
                        ": the prompt holds what looks like an API key" +
                        (keys_ > 1 ? ", as do those of " + rows(keys_ - 1) + " more" : "") +
                        "; it will be sent to the provider");
    return found;
}

}  // namespace overnight::submitter
