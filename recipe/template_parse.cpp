#include "recipe/template_parse.hpp"

#include "core/text.hpp"

#include <kainjow/mustache.hpp>

#include <algorithm>
#include <charconv>

namespace overnight::recipe {
namespace {

using core::Errc;
using core::Error;
using core::Result;
namespace km = kainjow::mustache;
using Kind = TemplateNode::Kind;

constexpr std::size_t largest_template = 256u << 10;
constexpr std::size_t most_sections = 1000;
constexpr int deepest_section = 32;

std::string place(std::string_view text, std::size_t position) {
    const std::string_view before = text.substr(0, std::min(position, text.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return "line " + std::to_string(line) + ", column " +
           std::to_string(before.size() - line_start + 1) + " of the row template";
}

/// At least as many as there are sections. kainjow's parser recurses once for each open one, so a
/// flood of them has to be refused before it.
std::size_t section_bound(std::string_view text) {
    std::size_t tags = 0;
    std::size_t marks = 0;
    bool new_delimiters = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '#' || text[i] == '^') ++marks;
        if (text.substr(i, 2) != "{{") continue;
        const std::size_t first = text.find_first_not_of(" \t\r\n\f\v{", i + 2);
        if (first == std::string_view::npos) break;
        if (text[first] == '=') new_delimiters = true;
        if (text[first] == '#' || text[first] == '^') ++tags;
    }
    return new_delimiters ? marks : tags;
}

/// kainjow says "Unclosed tag at 12", with a byte position.
Error parse_failure(std::string_view text, std::string_view where, std::string said) {
    std::size_t position = 0;
    if (const std::size_t at = said.rfind(" at "); at != std::string::npos) {
        std::from_chars(said.data() + at + 4, said.data() + said.size(), position);
        said.resize(at);
    }
    if (!said.empty() && said[0] >= 'A' && said[0] <= 'Z')
        said[0] = static_cast<char>(said[0] - 'A' + 'a');
    return Error(Errc::invalid_input, std::string(where) + ": " + core::printable(said) + " at " +
                                          place(text, position));
}

class Converter {
public:
    Converter(std::string_view text, std::string_view where) : text_(text), where_(where) {}

    Result<> convert(const std::vector<km::component<std::string>>& components,
                     int depth,
                     std::vector<TemplateNode>& out) const {
        for (const auto& component : components) {
            if (component.is_text()) {
                add_text(component, out);
            } else {
                OVERNIGHT_TRY(add_tag(component, depth, out));
            }
        }
        return {};
    }

private:
    static void add_text(const km::component<std::string>& component,
                         std::vector<TemplateNode>& out) {
        if (component.is_newline()) {
            out.push_back({Kind::line_end, component.text, {}});
        } else if (!out.empty() && out.back().kind == Kind::text) {
            out.back().text += component.text;
        } else {
            out.push_back({Kind::text, component.text, {}});
        }
    }

    Result<> add_tag(const km::component<std::string>& component,
                     int depth,
                     std::vector<TemplateNode>& out) const {
        const auto& tag = component.tag;
        Kind kind = Kind::variable;
        switch (tag.type) {
        case km::tag_type::comment:
        case km::tag_type::set_delimiter:
        case km::tag_type::text:
        case km::tag_type::section_end:
            return {};
        case km::tag_type::partial:
            return error("a partial ({{>" + core::printable(tag.name) +
                             "}}), which a recipe does not have; write its text out,",
                         component.position);
        case km::tag_type::variable:
        case km::tag_type::unescaped_variable:
            break;
        case km::tag_type::section_begin:
            kind = Kind::section;
            break;
        case km::tag_type::section_begin_inverted:
            kind = Kind::inverted;
            break;
        }
        if (tag.name.empty()) return error("a tag without a name", component.position);
        if (tag.name == "." && depth == 0) {
            return error("{{.}} outside of a section; name a column instead,", component.position);
        }
        out.push_back({kind, tag.name, {}});
        if (kind == Kind::variable) return {};
        if (depth == deepest_section) {
            return error("more than 32 sections inside each other", component.position);
        }
        std::vector<TemplateNode> children;
        OVERNIGHT_TRY(convert(component.children, depth + 1, children));
        out.back().children = std::move(children);
        return {};
    }

    Error error(std::string_view what, std::size_t position) const {
        return Error(Errc::invalid_input, std::string(where_) + ": " + std::string(what) + " at " +
                                              place(text_, position));
    }

    std::string_view text_;
    std::string_view where_;
};

}  // namespace

Result<std::vector<TemplateNode>> parse_template(std::string_view text, std::string_view where) {
    const auto refuse = [&](std::string_view why) {
        return Error(Errc::invalid_input,
                     std::string(where) + ": the row template " + std::string(why));
    };
    if (text.size() > largest_template)
        return refuse("is longer than 256 KiB; what all rows share belongs in 'instructions'");
    if (section_bound(text) > most_sections) return refuse("has more than 1,000 sections");

    km::context<std::string> empty;
    km::context_internal<std::string> context(empty);
    km::component<std::string> root;
    std::string said;
    const km::parser<std::string> parser(std::string(text), context, root, said);
    if (!said.empty()) return parse_failure(text, where, std::move(said));

    std::vector<TemplateNode> nodes;
    OVERNIGHT_TRY(Converter(text, where).convert(root.children, 0, nodes));
    return nodes;
}

}  // namespace overnight::recipe
