#include "recipe/template_evaluation.hpp"

#include "core/text.hpp"

namespace overnight::recipe {

using core::Errc;
using core::Error;
using core::Result;
using Kind = TemplateNode::Kind;

std::string row_words(const jsonl::Record& record) {
    return "row " + std::to_string(record.row) + " (line " + std::to_string(record.line) + ")";
}

Error row_too_large(const jsonl::Record& record) {
    return Error(Errc::invalid_input,
                 row_words(record) + ": the rendered text is larger than 4 MiB");
}

Result<> TemplateEvaluation::run(const std::vector<TemplateNode>& nodes) {
    OVERNIGHT_TRY(nodes_of(nodes));
    end_line({});
    return within_limits();
}

Result<const RowValue*> TemplateEvaluation::column(std::string_view name) {
    if (const jsonl::Field* field = record_.find(name)) return value_of(*field);
    for (std::size_t dot = name.find('.'); dot != std::string_view::npos;
         dot = name.find('.', dot + 1)) {
        const jsonl::Field* field = record_.find(name.substr(0, dot));
        if (field == nullptr || field->kind != jsonl::ValueKind::json) continue;
        OVERNIGHT_TRY_ASSIGN(const RowValue* value, value_of(*field));
        if (const RowValue* found = value->find(name.substr(dot + 1))) return found;
    }
    return static_cast<const RowValue*>(nullptr);
}

Result<const RowValue*> TemplateEvaluation::value_of(const jsonl::Field& field) {
    auto& slot = values_[static_cast<std::size_t>(&field - record_.fields.data())];
    if (!slot) {
        Result<RowValue> value = make_row_value(field);
        if (!value) {
            return Error(value.error().code(), row_words(record_) + ": the column '" +
                                                   core::printable(field.name, 60) + "' is " +
                                                   value.error().message());
        }
        slot = std::make_unique<RowValue>(*std::move(value));
    }
    return static_cast<const RowValue*>(slot.get());
}

/// From the innermost section outwards, then the record.
Result<const RowValue*> TemplateEvaluation::look_up(std::string_view name) {
    if (name == "." && !scopes_.empty()) return scopes_.back();
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
        if (const RowValue* found = (*scope)->find(name)) return found;
    }
    return column(name);
}

Result<> TemplateEvaluation::nodes_of(const std::vector<TemplateNode>& nodes) {
    for (const TemplateNode& node : nodes) {
        OVERNIGHT_TRY(step());
        switch (node.kind) {
        case Kind::text:
            out_ += node.text;
            break;
        case Kind::line_end:
            end_line(node.text);
            break;
        case Kind::variable: {
            OVERNIGHT_TRY_ASSIGN(const RowValue* value, look_up(node.text));
            if (value != nullptr) out_ += value->text;
            break;
        }
        case Kind::section:
        case Kind::inverted:
            OVERNIGHT_TRY(section(node));
            break;
        }
    }
    return {};
}

Result<> TemplateEvaluation::section(const TemplateNode& node) {
    OVERNIGHT_TRY_ASSIGN(const RowValue* value, look_up(node.text));
    const bool is_false = value == nullptr || value->is_false();
    section_on_line_ = true;
    if (node.kind == Kind::inverted) {
        if (is_false) OVERNIGHT_TRY(nodes_of(node.children));
    } else if (!is_false && value->kind == RowValue::Kind::list) {
        for (const RowValue& item : value->items) {
            section_on_line_ = true;
            OVERNIGHT_TRY(step());  // also when there is nothing inside
            OVERNIGHT_TRY(inside(item, node.children));
        }
    } else if (!is_false) {
        OVERNIGHT_TRY(inside(*value, node.children));
    }
    section_on_line_ = true;  // its end tag stands on this line, whatever lines were in between
    return {};
}

Result<> TemplateEvaluation::inside(const RowValue& scope, const std::vector<TemplateNode>& nodes) {
    scopes_.push_back(&scope);
    OVERNIGHT_TRY(nodes_of(nodes));
    scopes_.pop_back();
    return {};
}

/// Mustache drops a line that has section tags and else only blanks.
void TemplateEvaluation::end_line(std::string_view line_end) {
    const std::string_view line = std::string_view(out_).substr(line_start_);
    if (section_on_line_ && line.find_first_not_of(" \t") == std::string_view::npos) {
        out_.resize(line_start_);
    } else {
        out_ += line_end;
    }
    line_start_ = out_.size();
    section_on_line_ = false;
}

Result<> TemplateEvaluation::step() {
    if (++steps_ > most_template_steps) {
        return Error(Errc::invalid_input,
                     row_words(record_) + ": the row template takes more than 1,000,000 steps");
    }
    return within_limits();
}

Result<> TemplateEvaluation::within_limits() const {
    if (out_.size() > largest_row_text) return row_too_large(record_);
    return {};
}

}  // namespace overnight::recipe
