#include "recipe/row_template.hpp"

#include "core/text.hpp"
#include "recipe/template_evaluation.hpp"
#include "recipe/template_parse.hpp"

#include <algorithm>

namespace overnight::recipe {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using Kind = TemplateNode::Kind;

constexpr std::size_t no_column = static_cast<std::size_t>(-1);

/// A column that stands outside of every section, and where it was in the last record.
struct NamedColumn {
    std::string name;
    std::size_t last_index = no_column;
};

/// A piece of a template without sections: text, then a column.
struct Piece {
    std::string text;
    std::size_t column = no_column;  ///< into Impl::required
};

std::string near_column(std::string_view name, const std::vector<std::string>& columns) {
    const std::vector<std::string_view> views(columns.begin(), columns.end());
    const std::string_view near = core::nearest(name, views);
    if (!near.empty()) return "; did you mean '" + core::printable(near) + "'?";
    std::string list;
    for (const std::string& column : columns)
        list += (list.empty() ? "'" : ", '") + core::printable(column, 60) + "'";
    return "; it has " + core::printable(list, 600);
}

void add_once(std::vector<std::string>& names, const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

void collect_inner(const std::vector<TemplateNode>& nodes, std::vector<std::string>& names) {
    for (const TemplateNode& node : nodes) {
        if (node.kind == Kind::text || node.kind == Kind::line_end || node.text == ".") continue;
        add_once(names, node.text);
        collect_inner(node.children, names);
    }
}

const jsonl::Field* find_field(const jsonl::Record& record,
                               std::string_view name,
                               std::size_t& last_index) {
    if (last_index < record.fields.size() && record.fields[last_index].name == name) {
        return &record.fields[last_index];
    }
    const jsonl::Field* field = record.find(name);
    if (field != nullptr) last_index = static_cast<std::size_t>(field - record.fields.data());
    return field;
}

}  // namespace

struct RowTemplate::Impl {
    std::string where;
    std::vector<std::string> columns;
    std::vector<std::string> inner;             ///< names that stand inside sections
    mutable std::vector<NamedColumn> required;  ///< variables outside of sections
    std::vector<TemplateNode> nodes;
    bool flat = true;  ///< no sections: `pieces` is all of it
    std::vector<Piece> pieces;

    void add(TemplateNode& node);
    std::size_t require(const std::string& name);
    Error missing(const jsonl::Record& record, std::string_view name) const;
    Result<> render_flat(const jsonl::Record& record, std::string& out) const;
    Result<> check_required(const jsonl::Record& record) const;
};

RowTemplate::RowTemplate() : impl_(std::make_unique<Impl>()) {}
RowTemplate::RowTemplate(RowTemplate&&) noexcept = default;
RowTemplate& RowTemplate::operator=(RowTemplate&&) noexcept = default;
RowTemplate::~RowTemplate() = default;

std::size_t RowTemplate::Impl::require(const std::string& name) {
    for (std::size_t i = 0; i < required.size(); ++i) {
        if (required[i].name == name) return i;
    }
    required.push_back({name, no_column});
    return required.size() - 1;
}

void RowTemplate::Impl::add(TemplateNode& node) {
    if (pieces.empty() || pieces.back().column != no_column) pieces.emplace_back();
    switch (node.kind) {
    case Kind::text:
    case Kind::line_end:
        pieces.back().text += node.text;
        return;
    case Kind::variable:
        pieces.back().column = require(node.text);
        break;
    case Kind::section:
    case Kind::inverted:
        flat = false;
        collect_inner(node.children, inner);
        break;
    }
    add_once(columns, node.text);
}

Result<RowTemplate> RowTemplate::compile(std::string_view text, std::string_view where) {
    OVERNIGHT_TRY_ASSIGN(std::vector<TemplateNode> nodes, parse_template(text, where));
    RowTemplate made;
    made.impl_->where = where;
    for (TemplateNode& node : nodes)
        made.impl_->add(node);
    made.impl_->nodes = std::move(nodes);
    return made;
}

const std::vector<std::string>& RowTemplate::columns() const noexcept {
    return impl_->columns;
}

Result<> RowTemplate::check_columns(const std::vector<std::string>& columns, Columns known) const {
    const auto has = [&](std::string_view name) {
        return std::find(columns.begin(), columns.end(), name) != columns.end();
    };
    const auto begins_at_column = [&](std::string_view name) {
        for (std::size_t dot = name.find('.'); dot != std::string_view::npos;
             dot = name.find('.', dot + 1)) {
            if (has(name.substr(0, dot))) return true;
        }
        return false;
    };
    const auto check = [&](std::string_view name) -> Result<> {
        if (has(name) || (known == Columns::open && begins_at_column(name))) return {};
        return Error(Errc::invalid_input,
                     impl_->where + ": the row template names '" + core::printable(name) +
                         "', which the input does not have" + near_column(name, columns));
    };
    for (const NamedColumn& column : impl_->required)
        OVERNIGHT_TRY(check(column.name));
    if (known == Columns::open) return {};
    for (const std::string& name : impl_->columns)
        OVERNIGHT_TRY(check(name));
    for (const std::string& name : impl_->inner)
        OVERNIGHT_TRY(check(name));
    return {};
}

Error RowTemplate::Impl::missing(const jsonl::Record& record, std::string_view name) const {
    std::vector<std::string> present;
    for (const jsonl::Field& field : record.fields)
        present.emplace_back(field.name);
    return Error(Errc::invalid_input, row_words(record) + " has no '" + core::printable(name) +
                                          "', which the row template of " + where + " names" +
                                          near_column(name, present));
}

Result<> RowTemplate::Impl::render_flat(const jsonl::Record& record, std::string& out) const {
    for (const Piece& piece : pieces) {
        out += piece.text;
        if (piece.column == no_column) continue;
        NamedColumn& column = required[piece.column];
        const jsonl::Field* field = find_field(record, column.name, column.last_index);
        if (field != nullptr) {
            out += field->value;
        } else {
            TemplateEvaluation evaluation(record, out);
            OVERNIGHT_TRY_ASSIGN(const RowValue* value, evaluation.column(column.name));
            if (value == nullptr) return missing(record, column.name);
            out += value->text;
        }
        if (out.size() > largest_row_text) break;
    }
    if (out.size() <= largest_row_text) return {};
    return row_too_large(record);
}

Result<> RowTemplate::Impl::check_required(const jsonl::Record& record) const {
    std::string unused;
    TemplateEvaluation evaluation(record, unused);
    for (NamedColumn& column : required) {
        if (find_field(record, column.name, column.last_index) != nullptr) continue;
        OVERNIGHT_TRY_ASSIGN(const RowValue* value, evaluation.column(column.name));
        if (value == nullptr) return missing(record, column.name);
    }
    return {};
}

Result<> RowTemplate::render(const jsonl::Record& record, std::string& out) const {
    out.clear();
    if (impl_->flat) return impl_->render_flat(record, out);
    OVERNIGHT_TRY(impl_->check_required(record));
    return TemplateEvaluation(record, out).run(impl_->nodes);
}

}  // namespace overnight::recipe
