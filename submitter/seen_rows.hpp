// The fingerprints of a job's rows while it is planned: appended to their file, and looked up to
// find equal rows.
#pragma once

#include "core/error.hpp"
#include "core/ids.hpp"
#include "jsonl/fd.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace overnight::submitter {

/// Holds 8 to 16 bytes of memory a distinct row; the fingerprints themselves are on disk.
class SeenRows {
public:
    /// `file` is made or emptied; nothing names it before the plan is published, so it needs no
    /// rename.
    static core::Result<SeenRows> create(const std::filesystem::path& file);
    /// In a folder, without a name: for a dry plan.
    static core::Result<SeenRows> create_unnamed(const std::filesystem::path& folder);
    SeenRows(SeenRows&&) noexcept = default;

    /// Appends the next row's fingerprint; gives the earlier row with the same one, if there is
    /// one.
    core::Result<std::optional<core::RowNo>> add(const store::Fingerprint& fingerprint);
    /// The next row is not sent, and equal to none: it takes its place in the file only.
    core::Result<> add_unsent();
    /// The first row with that fingerprint.
    core::Result<std::optional<core::RowNo>> find(const store::Fingerprint& fingerprint);
    std::uint64_t rows() const noexcept { return rows_; }
    /// Durable afterwards.
    core::Result<> commit();

private:
    explicit SeenRows(jsonl::Fd fd, std::filesystem::path path);
    void take_slot(const store::Fingerprint& fingerprint, std::uint64_t row) noexcept;
    core::Result<> append(const store::Fingerprint& fingerprint);
    core::Result<> flush();
    core::Result<bool> is_fingerprint_of(std::uint64_t row, const store::Fingerprint& fingerprint);
    core::Result<> grow();

    jsonl::Fd fd_;
    std::filesystem::path path_;
    std::string tail_;  ///< not yet written
    std::uint64_t rows_ = 0;
    std::uint64_t written_ = 0;  ///< rows in the file
    std::vector<std::uint64_t>
        slots_;  ///< row + 1 in the upper half, a tag in the lower; 0 is free
    std::uint64_t taken_ = 0;
};

}  // namespace overnight::submitter
