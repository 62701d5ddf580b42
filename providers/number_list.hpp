// Vectors as they stand in result lines.
#pragma once

#include <simdjson.h>

#include <string>

namespace overnight::providers {

/// Appends a JSON list of numbers, each as the shortest text of the same double. Clears `good`,
/// with anything in `out`, when the list is empty or holds something that is no finite number.
simdjson::error_code append_numbers(std::string& out, simdjson::ondemand::value list, bool& good);

}  // namespace overnight::providers
