// The manifest of a shard: which rows each of its requests carries, and where each line stands in
// the shard's file. Written once with the shard, immutable; every attempt of the shard shares it,
// because re-rendering a shard under a new intent changes no length.
#pragma once

#include "core/error.hpp"
#include "core/ids.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace overnight::store {

class Manifest {
public:
    std::uint32_t requests() const noexcept { return static_cast<std::uint32_t>(offsets_.size()); }
    std::uint32_t rows() const noexcept { return static_cast<std::uint32_t>(rows_.size()); }

    /// Rows of request `index`, in their places r1, r2, ...
    std::span<const core::RowNo> rows_of(std::uint32_t index) const noexcept;
    /// The first row's index among all rows of the shard.
    std::uint32_t first_of(std::uint32_t index) const noexcept { return firsts_[index]; }
    std::span<const core::RowNo> all_rows() const noexcept { return rows_; }
    /// Where line `index` begins in the shard's file.
    std::uint64_t offset_of(std::uint32_t index) const noexcept { return offsets_[index]; }
    /// Bytes of the line with its newline, in a shard of `shard_bytes`.
    std::uint64_t length_of(std::uint32_t index, std::uint64_t shard_bytes) const noexcept;

    void add(std::uint64_t offset, std::span<const core::RowNo> rows);
    void clear() noexcept;

    /// Durable under its name afterwards. Replaces what a killed plan left under that name; the
    /// store never gives a shard's number twice, so nothing that it names is replaced.
    core::Result<> write(const std::filesystem::path& file) const;
    /// Errc::corrupt when the file is not what was written.
    static core::Result<Manifest> read(const std::filesystem::path& file);

private:
    std::vector<std::uint64_t> offsets_;
    std::vector<std::uint32_t> firsts_;
    std::vector<core::RowNo> rows_;
};

}  // namespace overnight::store
