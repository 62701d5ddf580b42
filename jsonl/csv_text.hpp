// CSV text: quoting cells, and keeping a spreadsheet from running them.
#pragma once

#include <string>
#include <string_view>

namespace overnight::jsonl {

/// formulas: the cell is text of a model or another stranger; what a spreadsheet could take for a
/// formula gets a leading apostrophe (HARDENING 1.5). none: numbers, and the user's own cells,
/// which must keep their value.
enum class Guard { none, formulas };

/// True when a spreadsheet may run `text`: it begins with = + - @ TAB CR NUL, or with = behind
/// blanks.
bool is_formula(std::string_view text) noexcept;

/// Appends one cell, quoted by RFC 4180 when it has to be. Reading it back gives `text` exactly
/// (with its apostrophe, if it was guarded). `delimiter` is ',' or TAB.
void append_csv_cell(std::string& out, std::string_view text, char delimiter, Guard guard);

/// The same, always in quotes and never guarded.
void append_quoted_csv_cell(std::string& out, std::string_view text);

}  // namespace overnight::jsonl
