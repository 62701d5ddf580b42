// What a row's answer must look like: the strict JSON Schema that is sent, and the check of what
// comes back.
#pragma once

#include "core/error.hpp"
#include "jsonl/record.hpp"
#include "recipe/recipe.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::recipe {

enum class AnswerKind {
    text,    ///< no [answer]: one column, "answer"
    object,  ///< a JSON object that satisfies a schema
    vector,  ///< /v1/embeddings: one column, "embedding", a JSON array of numbers
    scores,  ///< /v1/moderations: one column, "moderation", the provider's result object
};

/// A column of the output that an answer fills.
struct AnswerColumn {
    std::string name;
    bool text = true;  ///< model text: guarded against spreadsheet formulas in CSV
};

class AnswerShape {
public:
    /// `schema_text` is the content of the recipe's schema file, or empty. The endpoint decides
    /// vector and scores. Checks that a schema is within the strict subset (openai.md 10.1).
    /// Errc::invalid_input.
    static core::Result<AnswerShape> make(const Recipe& recipe,
                                          std::string_view endpoint,
                                          std::string_view schema_text);
    AnswerShape(AnswerShape&&) noexcept;
    AnswerShape& operator=(AnswerShape&&) noexcept;
    ~AnswerShape();

    AnswerKind kind() const noexcept;
    const std::vector<AnswerColumn>& columns() const noexcept;
    /// The schema of one row's answer, canonical JSON text; empty when kind() is not object.
    const std::string& row_schema() const noexcept;
    /// The schema of a request that carries `rows` rows: for 1 the row's own, else an object with
    /// r1..rK, all required, the row schema once under $defs. Empty when kind() is not object and
    /// rows is 1; a pack of text rows has strings.
    std::string request_schema(std::uint32_t rows) const;

    /// Checks one row's answer as the model wrote it, and makes the payload that is stored: for
    /// object the compact JSON object, for text the text as it is. The error says what is wrong, in
    /// words for `_error`. One thread at a time.
    core::Result<> check(std::string_view answer, std::string& payload) const;

    /// Takes a request's answer text apart: result[i] is row i's answer as check() takes it, empty
    /// optional when it is missing. An error when the text is not a JSON object at all. `rows` > 1.
    /// Views into `scratch`.
    core::Result<> split_pack(std::string_view text,
                              std::uint32_t rows,
                              std::string& scratch,
                              std::vector<std::optional<std::string_view>>& result) const;

    /// Writes the cells of one stored payload, in the order of columns(): JSON text of each value,
    /// or decoded text for text columns. `cells` is resized. Views into `scratch`.
    struct Cell {
        std::string_view value;  ///< decoded text, or JSON text
        jsonl::ValueKind kind = jsonl::ValueKind::text;
    };
    core::Result<> cells(std::string_view payload,
                         std::string& scratch,
                         std::vector<Cell>& out) const;

private:
    AnswerShape();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Fails, naming the clash, when an answer column, `_status` or `_error` is a column of the input
/// already. Errc::invalid_input.
core::Result<> check_output_columns(const AnswerShape& shape,
                                    const std::vector<std::string>& input_columns);

}  // namespace overnight::recipe
