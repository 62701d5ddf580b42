// JSON text on its way into a request's body: what must stay on one line of a shard, and how a
// member is put behind others.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace overnight::providers {

/// Appends JSON text so that it stands on one line: the line ends between its tokens become blanks.
void append_one_line(std::string& out, std::string_view json);

/// Appends `"name":raw` on one line, with a comma before it unless `out` ends with an opening
/// brace.
void append_member(std::string& out, std::string_view name, std::string_view raw);

/// An output limit times `factor`; as it is when it is no whole number that can be multiplied.
std::string raised_limit(std::string_view raw, std::uint32_t factor);

}  // namespace overnight::providers
