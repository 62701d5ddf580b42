// JSON numbers as text: what can be told about one without rounding it.
#pragma once

#include <string>
#include <string_view>

namespace overnight::recipe {

/// True for a number without a fraction: 7, -7, 7.0, 7e2, 70e-1. `number` is one by RFC 8259.
bool is_whole_number(std::string_view number) noexcept;

/// True when a double can hold `number` (which is one by RFC 8259): not 1e999, nor 1e-999.
bool is_finite_number(std::string_view number) noexcept;

/// Appends the shortest text that reads back as the same number, with a fraction or an exponent.
/// `value` is finite.
void append_double(std::string& out, double value);

}  // namespace overnight::recipe
