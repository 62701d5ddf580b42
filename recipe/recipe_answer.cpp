// The [answer] section: columns in the order of the recipe, or a schema file.
#include "core/text.hpp"
#include "recipe/recipe_sections.hpp"

#include <algorithm>
#include <array>

namespace overnight::recipe {
namespace {

using core::Result;

constexpr std::array<std::string_view, 4> type_words = {"string", "number", "integer", "boolean"};
constexpr std::size_t most_choices = 1000;
constexpr std::size_t longest_column_name = 256;  // bytes

Result<> read_choices(const TomlSection& section,
                      std::string_view name,
                      const toml::array& list,
                      AnswerField& field) {
    const std::string what = "the choices of '" + core::printable(name) + "' in [answer]";
    if (list.empty() || list.size() > most_choices) {
        return section.error(name,
                             what + " must be 1 to " + core::grouped(most_choices) + " texts");
    }
    field.type = FieldType::enumeration;
    for (const toml::node& item : list) {
        const auto* choice = item.as_string();
        if (choice == nullptr || choice->get().empty()) {
            return section.error(
                name, what + " must all be texts that are not empty, such as [\"low\", \"high\"]");
        }
        if (std::find(field.choices.begin(), field.choices.end(), choice->get()) !=
            field.choices.end()) {
            return section.error(name,
                                 what + " name \"" + core::printable(choice->get()) + "\" twice");
        }
        field.choices.push_back(choice->get());
    }
    return {};
}

Result<AnswerField> read_field(const TomlSection& section, std::string_view name) {
    AnswerField field;
    field.name = name;
    const toml::node& node = *section.find(name);
    if (const toml::array* list = node.as_array()) {
        OVERNIGHT_TRY(read_choices(section, name, *list, field));
        return field;
    }
    const std::string types =
        "\"string\", \"number\", \"integer\", \"boolean\" or a list of choices";
    const auto* word = node.as_string();
    if (word == nullptr) {
        return section.error(name, "'" + core::printable(name) + "' in [answer] must be " + types +
                                       ", not " + std::string(kind_words(node)));
    }
    const auto type = std::find(type_words.begin(), type_words.end(), word->get());
    if (type == type_words.end()) {
        std::string hint = suggestion(word->get(), type_words, "\"", "\"");
        if (hint.empty()) hint = "; it can be " + types;
        return section.error(name, "unknown answer type \"" + core::printable(word->get()) +
                                       "\" for '" + core::printable(name) + "'" + hint);
    }
    field.type = static_cast<FieldType>(type - type_words.begin());
    return field;
}

}  // namespace

std::string_view bad_column_name(std::string_view name) noexcept {
    if (name.empty()) return "it is empty";
    if (name.size() > longest_column_name) return "it is longer than 256 bytes";
    if (name == "_status" || name == "_error")
        return "the output has a column of its own by that name";
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::any_of(name.begin(), name.end(), control)) return "it has a control character in it";
    return {};
}

Result<> read_answer_section(const TomlSection& section, Answer& answer) {
    const auto keys = section.keys();
    if (keys.empty()) {
        return section.section_error(
            "[answer] names no column; name one, such as tldr = \"string\", or leave [answer] out "
            "for "
            "plain text");
    }
    for (const toml::key* key : keys) {
        const std::string_view name = key->str();
        if (name == "schema") {
            OVERNIGHT_TRY_ASSIGN(const auto file, section.file_name(name));
            if (std::find(type_words.begin(), type_words.end(), *file) != type_words.end()) {
                return section.error(name,
                                     "an answer column cannot be called 'schema': that key names a "
                                     "JSON Schema file");
            }
            answer.schema_file = *file;
            continue;
        }
        if (const std::string_view bad = bad_column_name(name); !bad.empty()) {
            return section.error(name, "'" + core::printable(name) +
                                           "' cannot be an answer column: " + std::string(bad));
        }
        OVERNIGHT_TRY_ASSIGN(AnswerField field, read_field(section, name));
        answer.fields.push_back(std::move(field));
    }
    if (!answer.schema_file.empty() && !answer.fields.empty()) {
        return section.error("schema", "[answer] has both 'schema' and columns of its own ('" +
                                           core::printable(answer.fields.front().name) +
                                           "'); keep the one or the other");
    }
    return {};
}

}  // namespace overnight::recipe
