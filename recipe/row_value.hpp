// A column's value as a template sees it. Nested JSON becomes a tree in which every number keeps
// its literal.
#pragma once

#include "core/error.hpp"
#include "jsonl/record.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace overnight::recipe {

struct RowMember;

struct RowValue {
    enum class Kind { text, number, boolean, null, list, object };
    Kind kind = Kind::text;
    std::string text;  ///< as printed: decoded text, a literal, the JSON text of a list
                       ///< or an object
    std::vector<RowMember> members;  ///< of an object
    std::vector<RowValue> items;     ///< of a list

    /// Mustache's "false": null, false, empty text, an empty list.
    bool is_false() const noexcept;
    /// The member of that name, else the end of the path "a.b" that begins at one; null when there
    /// is none.
    const RowValue* find(std::string_view name) const noexcept;
};

struct RowMember {
    std::string name;
    RowValue value;
};

/// Errc::invalid_input when the field's JSON is broken or nested deeper than 64 levels.
core::Result<RowValue> make_row_value(const jsonl::Field& field);

}  // namespace overnight::recipe
