// Writing JSON compactly: from a document, and from a walk over text whose numbers must stay as
// they are written.
#pragma once

#include "recipe/json_walk.hpp"

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace overnight::recipe {

void append_json(std::string& out, const boost::json::value& value);
/// "name":value
void append_member(std::string& out, std::string_view name, const boost::json::value& value);

/// Collects a walked value as compact text: members in the order in which they come, strings
/// escaped in one way.
class CompactWriter final : public JsonVisitor {
public:
    void begin_object(std::string_view raw) override;
    void begin_list(std::string_view raw) override;
    void key(std::string_view name) override;
    void end() override;
    void text(std::string_view value) override;
    void literal(jsonl::ValueKind kind, std::string_view value) override;

    const std::string& text() const noexcept { return out_; }
    bool is_object() const noexcept { return out_.starts_with('{'); }
    bool is_list() const noexcept { return out_.starts_with('['); }
    /// Replaces `out` by the object, its members in the order of `names`; others are left out.
    void write_object(const std::vector<std::string>& names, std::string& out) const;

private:
    struct Member {
        std::string name;
        std::size_t begin;  ///< of its value in out_
        std::size_t end = 0;
    };
    void before_value();
    void after_value();

    std::string out_;
    std::vector<char> open_;       ///< the closing bracket of each open object and list
    bool first_ = true;            ///< nothing stands yet in the innermost one
    std::vector<Member> members_;  ///< of the outermost object
};

}  // namespace overnight::recipe
