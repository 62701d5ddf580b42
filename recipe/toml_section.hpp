// Reads one table of a recipe key by key. Every error names the file, the line and the key, and
// says what is allowed.
#pragma once

#include "core/error.hpp"
#include "recipe/toml.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::recipe {

/// Errc::invalid_input, "file:line: text"; without the line when it is 0.
core::Error toml_error(std::string_view file, std::uint32_t line, std::string_view text);

/// "; did you mean X?", or "" when nothing is near; `quote` goes around X.
std::string suggestion(std::string_view word,
                       std::span<const std::string_view> candidates,
                       std::string_view open = "'",
                       std::string_view close = "'");

/// 'a text', 'a whole number', ...: what a node is, for messages.
std::string_view kind_words(const toml::node& node) noexcept;

class TomlSection {
public:
    /// Refers to `file` and `table` for as long as it lives. `line` is where the section begins.
    TomlSection(std::string_view file,
                std::string_view title,
                const toml::table& table,
                std::uint32_t line)
        : file_(file), title_(title), table_(table), line_(line) {}

    /// Refuses any key that is not among `keys`.
    core::Result<> only(std::span<const std::string_view> keys) const;
    /// A text that is not empty; nothing when the key is absent.
    core::Result<std::optional<std::string>> text(std::string_view key) const;
    /// The same, for the name of a file: a NUL, which would end the name early, is refused.
    core::Result<std::optional<std::string>> file_name(std::string_view key) const;
    core::Result<std::optional<std::uint64_t>> count(std::string_view key,
                                                     std::uint64_t least,
                                                     std::uint64_t most) const;
    core::Result<std::optional<bool>> truth(std::string_view key) const;

    /// Keys in the order in which they are written.
    std::vector<const toml::key*> keys() const;
    const toml::node* find(std::string_view key) const { return table_.get(key); }
    std::uint32_t line_of(std::string_view key) const;
    std::string_view file() const noexcept { return file_; }
    core::Error error(std::string_view key, std::string_view text) const;
    /// The section as a whole is wrong: "file:line: text", at the line of the section.
    core::Error section_error(std::string_view text) const {
        return toml_error(file_, line_, text);
    }

private:
    core::Error wrong_type(std::string_view key,
                           const toml::node& node,
                           std::string_view wanted) const;

    std::string_view file_;
    std::string_view title_;
    const toml::table& table_;
    std::uint32_t line_;
};

}  // namespace overnight::recipe
