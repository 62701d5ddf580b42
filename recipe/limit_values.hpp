// The small texts of [limits]: money and times.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace overnight::recipe {

/// "5.00 USD" gives "5.00". Nothing without the currency, for zero, more than 12 digits before or 9
/// behind the point.
std::optional<std::string> parse_usd(std::string_view text);

/// True for "06:00" (a time of day, two digits each) and for a duration above zero.
bool is_deadline(std::string_view text);

}  // namespace overnight::recipe
