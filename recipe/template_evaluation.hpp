// One rendering of a template for one record: names, sections, standalone lines, and the bounds on
// all of it.
#pragma once

#include "core/error.hpp"
#include "jsonl/record.hpp"
#include "recipe/row_template.hpp"
#include "recipe/row_value.hpp"
#include "recipe/template_parse.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::recipe {

inline constexpr std::uint64_t most_template_steps = 1'000'000;

/// "row 6 (line 8)", for messages.
std::string row_words(const jsonl::Record& record);
/// Errc::invalid_input: the rendered text passed largest_row_text.
core::Error row_too_large(const jsonl::Record& record);

/// Refers to the record and the text for as long as it lives.
class TemplateEvaluation {
public:
    TemplateEvaluation(const jsonl::Record& record, std::string& out)
        : record_(record), values_(record.fields.size()), out_(out) {}

    /// Appends what the nodes make of the record. Once.
    core::Result<> run(const std::vector<TemplateNode>& nodes);

    /// The value of a column, or of a path that begins at one; null when there is none. Lives as
    /// long as this.
    core::Result<const RowValue*> column(std::string_view name);

private:
    core::Result<const RowValue*> value_of(const jsonl::Field& field);
    core::Result<const RowValue*> look_up(std::string_view name);
    core::Result<> nodes_of(const std::vector<TemplateNode>& nodes);
    core::Result<> section(const TemplateNode& node);
    core::Result<> inside(const RowValue& scope, const std::vector<TemplateNode>& nodes);
    void end_line(std::string_view line_end);
    core::Result<> step();
    core::Result<> within_limits() const;

    const jsonl::Record& record_;
    std::vector<std::unique_ptr<RowValue>>
        values_;                           ///< of the record's fields, made when first used
    std::vector<const RowValue*> scopes_;  ///< of the open sections, outermost first
    std::string& out_;
    std::size_t line_start_ = 0;
    bool section_on_line_ = false;
    std::uint64_t steps_ = 0;
};

}  // namespace overnight::recipe
