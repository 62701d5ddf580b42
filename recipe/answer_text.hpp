// What models put around their answers.
#pragma once

#include <string_view>

namespace overnight::recipe {

/// Without blanks and line ends at both ends.
std::string_view trim(std::string_view text) noexcept;

/// Without the ```json fence that some models write around JSON, also when its end was cut off;
/// trimmed.
std::string_view without_fence(std::string_view text) noexcept;

}  // namespace overnight::recipe
