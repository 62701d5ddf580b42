// JSON output that is safe to look at.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace overnight::cli {

/// One line with its newline. Bytes that are no UTF-8 become U+FFFD; DEL, C1 controls, bidi
/// controls and line separators are escaped, so that no terminal obeys them. Any program reads the
/// same text.
std::string json_line(const boost::json::value& value);

/// json_line()'s second half: `json` is serialised JSON.
std::string safe_json(std::string_view json);

}  // namespace overnight::cli
