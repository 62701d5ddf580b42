// The user's own JSON Schema: read, checked against the strict subset, made ready for packs, and
// used on answers.
#pragma once

#include "core/error.hpp"
#include "recipe/answer.hpp"
#include "recipe/json_walk.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::recipe {

/// A row's schema as it stands under $defs of a pack's schema.
struct PackDefinition {
    std::string name = "row";  ///< under which packs refer to it
    std::string
        definitions;  ///< "name":{..} of it and of the user's own definitions, with commas between
};

/// One thread at a time.
class AnswerSchema {
public:
    /// `where` names the schema's file in messages. Errc::invalid_input.
    static core::Result<AnswerSchema> make(std::string_view text, std::string_view where);
    AnswerSchema(AnswerSchema&&) noexcept;
    AnswerSchema& operator=(AnswerSchema&&) noexcept;
    ~AnswerSchema();

    const std::string& text() const noexcept;  ///< compact, members in the user's order
    const PackDefinition& pack() const noexcept;
    const std::vector<AnswerColumn>& columns() const noexcept;
    std::size_t properties() const noexcept;  ///< in all its objects
    int levels() const noexcept;              ///< the root alone is 1

    /// Checks one answer and replaces `payload` by the compact object, its members in the schema's
    /// order. `pattern` and `format` are left to the provider.
    core::Result<> check(std::string_view json, JsonWalker& walker, std::string& payload) const;

private:
    struct Impl;
    explicit AnswerSchema(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace overnight::recipe
