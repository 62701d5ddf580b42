#include "recipe/toml_section.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace overnight::recipe {

using core::Errc;
using core::Error;
using core::Result;

Error toml_error(std::string_view file, std::uint32_t line, std::string_view text) {
    std::string message = core::printable(file);
    if (line != 0) message += ":" + std::to_string(line);
    return Error(Errc::invalid_input, message + ": " + std::string(text));
}

std::string suggestion(std::string_view word,
                       std::span<const std::string_view> candidates,
                       std::string_view open,
                       std::string_view close) {
    const std::string_view near = core::nearest(word, candidates);
    if (near.empty()) return {};
    return "; did you mean " + std::string(open) + core::printable(near) + std::string(close) + "?";
}

std::string_view kind_words(const toml::node& node) noexcept {
    switch (node.type()) {
    case toml::node_type::table:
        return "a table";
    case toml::node_type::array:
        return "a list";
    case toml::node_type::string:
        return "a text";
    case toml::node_type::integer:
        return "a whole number";
    case toml::node_type::floating_point:
        return "a number with a fraction";
    case toml::node_type::boolean:
        return "true or false";
    case toml::node_type::date:
        return "a date";
    case toml::node_type::time:
        return "a time";
    case toml::node_type::date_time:
        return "a date and time";
    case toml::node_type::none:
        break;
    }
    return "nothing";
}

Result<> TomlSection::only(std::span<const std::string_view> keys) const {
    for (const toml::key* key : this->keys()) {
        const std::string_view name = key->str();
        if (std::find(keys.begin(), keys.end(), name) != keys.end()) continue;
        std::string text =
            "unknown key '" + core::printable(name) + "' in [" + std::string(title_) + "]";
        std::string hint = suggestion(name, keys);
        if (hint.empty()) {
            hint = "; it takes ";
            for (const auto& known : keys) {
                hint += (&known == &keys.front() ? "'" : ", '") + std::string(known) + "'";
            }
        }
        return error(name, text + hint);
    }
    return {};
}

Result<std::optional<std::string>> TomlSection::text(std::string_view key) const {
    const toml::node* node = find(key);
    if (node == nullptr) return std::optional<std::string>{};
    const auto* value = node->as_string();
    if (value == nullptr) return wrong_type(key, *node, "a text in quotes");
    if (value->get().empty()) {
        return error(key, "'" + std::string(key) + "' in [" + std::string(title_) + "] is empty");
    }
    return std::optional<std::string>{value->get()};
}

Result<std::optional<std::string>> TomlSection::file_name(std::string_view key) const {
    OVERNIGHT_TRY_ASSIGN(auto name, text(key));
    if (name && name->find('\0') != std::string::npos) {
        return error(key, "'" + std::string(key) + "' in [" + std::string(title_) +
                              "] has a NUL in it, which no file name can have");
    }
    return name;
}

Result<std::optional<std::uint64_t>> TomlSection::count(std::string_view key,
                                                        std::uint64_t least,
                                                        std::uint64_t most) const {
    const toml::node* node = find(key);
    if (node == nullptr) return std::optional<std::uint64_t>{};
    const std::string wanted =
        "a whole number from " + core::grouped(least) + " to " + core::grouped(most);
    const auto* value = node->as_integer();
    if (value == nullptr) return wrong_type(key, *node, wanted);
    const std::int64_t number = value->get();
    if (number < 0 || static_cast<std::uint64_t>(number) < least ||
        static_cast<std::uint64_t>(number) > most) {
        return error(key, "'" + std::string(key) + "' in [" + std::string(title_) + "] must be " +
                              wanted + ", not " + std::to_string(number));
    }
    return std::optional<std::uint64_t>{static_cast<std::uint64_t>(number)};
}

Result<std::optional<bool>> TomlSection::truth(std::string_view key) const {
    const toml::node* node = find(key);
    if (node == nullptr) return std::optional<bool>{};
    const auto* value = node->as_boolean();
    if (value == nullptr) return wrong_type(key, *node, "true or false, without quotes");
    return std::optional<bool>{value->get()};
}

std::vector<const toml::key*> TomlSection::keys() const {
    std::vector<const toml::key*> keys;
    keys.reserve(table_.size());
    for (auto it = table_.cbegin(); it != table_.cend(); ++it)
        keys.push_back(&it->first);
    std::stable_sort(keys.begin(), keys.end(), [](const toml::key* a, const toml::key* b) {
        return a->source().begin < b->source().begin;
    });
    return keys;
}

std::uint32_t TomlSection::line_of(std::string_view key) const {
    const auto it = table_.find(key);
    if (it == table_.cend()) return line_;
    return it->first.source().begin.line;
}

Error TomlSection::error(std::string_view key, std::string_view text) const {
    return toml_error(file_, line_of(key), text);
}

Error TomlSection::wrong_type(std::string_view key,
                              const toml::node& node,
                              std::string_view wanted) const {
    return error(key, "'" + std::string(key) + "' in [" + std::string(title_) + "] must be " +
                          std::string(wanted) + ", not " + std::string(kind_words(node)));
}

}  // namespace overnight::recipe
