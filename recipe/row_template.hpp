// The prompt template of a row: Mustache over the row's columns, HTML escaping off.
#pragma once

#include "core/error.hpp"
#include "jsonl/record.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::recipe {

inline constexpr std::size_t largest_row_text = 4u << 20;  ///< bytes of a rendered row

class RowTemplate {
public:
    /// Errors name `where` (such as "topics.toml:9") and the place in the template.
    /// Errc::invalid_input.
    static core::Result<RowTemplate> compile(std::string_view text, std::string_view where);
    RowTemplate(RowTemplate&&) noexcept;
    RowTemplate& operator=(RowTemplate&&) noexcept;
    ~RowTemplate();

    /// The names that the template uses for columns, each once, in order: those outside of
    /// sections, and the sections' own. (Names inside of a section may also be members of its
    /// value; they are not here.)
    const std::vector<std::string>& columns() const noexcept;

    /// How much is known about the columns of later records.
    enum class Columns {
        fixed,  ///< a table's header: whatever the template names must be there
        open,  ///< JSONL: other records may have more; only what stands outside of sections must be
               ///< there
    };
    /// Fails when a named column is not among `columns` (with the nearest one that is).
    core::Result<> check_columns(const std::vector<std::string>& columns,
                                 Columns known = Columns::open) const;
    /// Replaces `out`. A row's own text is never evaluated as a template. Fails when a column named
    /// outside of sections is absent from the record, when the result passes 4 MiB, and after
    /// 1,000,000 steps. One thread at a time.
    ///
    /// A name is looked up as it is first ("my column", "a.b"), then as a path into nested JSON.
    /// Inside a section a missing name is empty text. A section is left out for a missing name,
    /// null, false, empty text and an empty list; it is repeated for a list, and done once for all
    /// else. Numbers stay as they are written in the input.
    /// After an error `out` is what was made so far: more than largest_row_text bytes only when
    /// that is the error.
    core::Result<> render(const jsonl::Record& record, std::string& out) const;

private:
    RowTemplate();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace overnight::recipe
