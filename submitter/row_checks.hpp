// What is allowed in a table and worth a warning before money is spent: rows without an id or with
// another row's, and text that looks like somebody's key (FAULTS 8, 16).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::submitter {

/// True for text that holds what looks like an API key: a well-known beginning, and enough random
/// characters behind it.
bool holds_key(std::string_view text) noexcept;

class RowChecks {
public:
    /// `id`: of the column that names rows; its absence is an empty text.
    void see_id(std::string_view id);
    void see_text(std::string_view text, std::uint64_t line);
    /// In plain words. `file` and `id_column` are for the messages.
    std::vector<std::string> warnings(const std::string& file, const std::string& id_column);

private:
    static constexpr std::size_t most_ids = 4'000'000;  // 32 MB; of a larger table the first ones
    std::vector<std::uint64_t> ids_;                    ///< hashes
    std::uint64_t nameless_ = 0;
    std::uint64_t keys_ = 0;
    std::uint64_t first_key_line_ = 0;
};

}  // namespace overnight::submitter
