// A Mustache template as a tree of nodes. The language (tags, delimiters, where a section ends) is
// kainjow's parser.
#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::recipe {

struct TemplateNode {
    enum class Kind : std::uint8_t {
        text,
        line_end,  ///< "\n", "\r\n" or "\r": where a line that holds nothing but section tags is
                   ///< dropped
        variable,
        section,   ///< {{#name}}
        inverted,  ///< {{^name}}
    };
    Kind kind = Kind::text;
    std::string text;  ///< literal text, or the name
    std::vector<TemplateNode> children;
};

/// Refuses what is not well-formed, partials, empty names, {{.}} outside of a section, templates
/// above 256 KiB, more than 1,000 sections and more than 32 of them inside each other.
/// Errc::invalid_input, naming `where` and the place.
core::Result<std::vector<TemplateNode>> parse_template(std::string_view text,
                                                       std::string_view where);

}  // namespace overnight::recipe
