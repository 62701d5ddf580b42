#include "store/manifest.hpp"

#include "core/bytes.hpp"
#include "jsonl/durable_file.hpp"
#include "jsonl/random_reader.hpp"

#include <string>

namespace overnight::store {
namespace {

constexpr std::string_view magic = "ONMANIF1";
constexpr std::size_t max_file_bytes = 256u << 20;

core::Error damaged(const std::filesystem::path& file) {
    return {core::Errc::corrupt, jsonl::shown(file) + ": the shard's manifest is damaged"};
}

}  // namespace

std::span<const core::RowNo> Manifest::rows_of(std::uint32_t index) const noexcept {
    const std::size_t first = firsts_[index];
    const std::size_t end = index + 1 < firsts_.size() ? firsts_[index + 1] : rows_.size();
    return std::span(rows_).subspan(first, end - first);
}

std::uint64_t Manifest::length_of(std::uint32_t index, std::uint64_t shard_bytes) const noexcept {
    const std::uint64_t end = index + 1 < offsets_.size() ? offsets_[index + 1] : shard_bytes;
    return end - offsets_[index];
}

void Manifest::add(std::uint64_t offset, std::span<const core::RowNo> rows) {
    offsets_.push_back(offset);
    firsts_.push_back(static_cast<std::uint32_t>(rows_.size()));
    rows_.insert(rows_.end(), rows.begin(), rows.end());
}

void Manifest::clear() noexcept {
    offsets_.clear();
    firsts_.clear();
    rows_.clear();
}

// magic, u32 requests, u32 rows, requests x (u64 offset, u32 first), rows x u64, u32 CRC32C of all
// before it
core::Result<> Manifest::write(const std::filesystem::path& file) const {
    std::string bytes;
    bytes.reserve(magic.size() + 12 + offsets_.size() * 12 + rows_.size() * 8);
    bytes.append(magic);
    core::put_u32(bytes, requests());
    core::put_u32(bytes, rows());
    for (std::size_t i = 0; i < offsets_.size(); ++i) {
        core::put_u64(bytes, offsets_[i]);
        core::put_u32(bytes, firsts_[i]);
    }
    for (const auto row : rows_)
        core::put_u64(bytes, row.v);
    core::put_u32(bytes, core::crc32c(bytes));
    OVERNIGHT_TRY_ASSIGN(auto out,
                         jsonl::DurableFile::create(file, jsonl::Replace::yes, 0600, "manifest"));
    OVERNIGHT_TRY(out.write(bytes));
    return std::move(out).commit();
}

core::Result<Manifest> Manifest::read(const std::filesystem::path& file) {
    OVERNIGHT_TRY_ASSIGN(const std::string bytes, jsonl::read_small_file(file, max_file_bytes));
    if (bytes.size() < magic.size() + 12 || !bytes.starts_with(magic)) return damaged(file);
    const std::string_view body = std::string_view(bytes).substr(0, bytes.size() - 4);
    if (core::Reader(std::string_view(bytes).substr(body.size())).u32() != core::crc32c(body))
        return damaged(file);
    core::Reader in(body.substr(magic.size()));
    const std::uint32_t requests = in.u32();
    const std::uint32_t rows = in.u32();
    if (in.left() != std::uint64_t{requests} * 12 + std::uint64_t{rows} * 8) return damaged(file);
    Manifest m;
    m.offsets_.reserve(requests);
    m.firsts_.reserve(requests);
    m.rows_.reserve(rows);
    for (std::uint32_t i = 0; i < requests; ++i) {
        m.offsets_.push_back(in.u64());
        m.firsts_.push_back(in.u32());
        if (m.firsts_.back() > rows || (i > 0 && m.firsts_[i - 1] > m.firsts_[i]))
            return damaged(file);
    }
    for (std::uint32_t i = 0; i < rows; ++i)
        m.rows_.push_back(core::RowNo{in.u64()});
    return m;
}

}  // namespace overnight::store
