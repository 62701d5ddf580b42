// One JSON object out of one line: all of it checked, its members decoded.
#pragma once

#include "jsonl/record.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::jsonl {

struct JsonProblem {
    std::string what;    ///< "a member is named twice"
    std::size_t at = 0;  ///< offset in the line, as near as it is known
};

/// Parses lines; decoded texts live in it until the next parse(). One thread.
class JsonObjectParser {
public:
    explicit JsonObjectParser(const Limits& limits);
    JsonObjectParser(JsonObjectParser&&) noexcept;
    ~JsonObjectParser();

    /// Replaces `out` by the members of the object that is all of `line`. The 64 bytes behind
    /// `line` must be readable. `usual` are distinct names: a line with the same ones in the same
    /// order is checked for duplicates for free.
    std::optional<JsonProblem> parse(std::string_view line,
                                     std::span<const std::string> usual,
                                     std::vector<Field>& out);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace overnight::jsonl
