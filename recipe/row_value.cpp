#include "recipe/row_value.hpp"

#include "recipe/json_walk.hpp"

namespace overnight::recipe {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using Kind = RowValue::Kind;

class TreeBuilder final : public JsonVisitor {
public:
    explicit TreeBuilder(RowValue& root) : open_{&root} {}

    void begin_object(std::string_view raw) override { begin(Kind::object, raw); }
    void begin_list(std::string_view raw) override { begin(Kind::list, raw); }
    void key(std::string_view name) override {
        open_.back()->members.push_back({std::string(name), {}});
    }
    void end() override { open_.pop_back(); }
    void text(std::string_view value) override { add(Kind::text, value); }
    void literal(jsonl::ValueKind kind, std::string_view value) override {
        const Kind own = kind == jsonl::ValueKind::number    ? Kind::number
                         : kind == jsonl::ValueKind::boolean ? Kind::boolean
                                                             : Kind::null;
        add(own, own == Kind::null ? std::string_view{} : value);
    }

private:
    RowValue& slot() {
        if (!started_) return *open_.back();
        RowValue& parent = *open_.back();
        if (parent.kind == Kind::object) return parent.members.back().value;
        return parent.items.emplace_back();
    }
    void begin(Kind kind, std::string_view raw) {
        RowValue& value = slot();
        add_to(value, kind, raw);
        if (started_) open_.push_back(&value);
        started_ = true;
    }
    void add(Kind kind, std::string_view text) {
        add_to(slot(), kind, text);
        started_ = true;
    }
    static void add_to(RowValue& value, Kind kind, std::string_view text) {
        value.kind = kind;
        value.text = text;
    }

    /// Open objects and lists, outermost first. A parent gets no new child while one of its
    /// children is open, so the pointers stay good.
    std::vector<RowValue*> open_;
    bool started_ = false;
};

}  // namespace

bool RowValue::is_false() const noexcept {
    switch (kind) {
    case Kind::null:
        return true;
    case Kind::boolean:
        return text == "false";
    case Kind::text:
        return text.empty();
    case Kind::list:
        return items.empty();
    case Kind::number:
    case Kind::object:
        return false;
    }
    return false;
}

const RowValue* RowValue::find(std::string_view name) const noexcept {
    for (const auto& [key, value] : members) {
        if (key == name) return &value;
    }
    for (std::size_t dot = name.find('.'); dot != std::string_view::npos;
         dot = name.find('.', dot + 1)) {
        for (const auto& [key, value] : members) {
            if (key != name.substr(0, dot)) continue;
            if (const RowValue* found = value.find(name.substr(dot + 1))) return found;
        }
    }
    return nullptr;
}

Result<RowValue> make_row_value(const jsonl::Field& field) {
    RowValue value;
    value.text = field.value;
    switch (field.kind) {
    case jsonl::ValueKind::text:
        value.kind = Kind::text;
        return value;
    case jsonl::ValueKind::number:
        value.kind = Kind::number;
        return value;
    case jsonl::ValueKind::boolean:
        value.kind = Kind::boolean;
        return value;
    case jsonl::ValueKind::null:
        value.kind = Kind::null;
        value.text.clear();
        return value;
    case jsonl::ValueKind::json:
        break;
    }
    RowValue tree;
    TreeBuilder builder(tree);
    JsonWalker walker;
    OVERNIGHT_TRY(walker.walk(field.value, builder, RawText::give));
    return tree;
}

}  // namespace overnight::recipe
