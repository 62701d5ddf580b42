#include "submitter/seen_rows.hpp"

#include "jsonl/durable_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace overnight::submitter {
namespace {

constexpr std::size_t fingerprint_bytes = sizeof(store::Fingerprint);
constexpr std::size_t flush_bytes = 256u << 10;
constexpr std::uint64_t max_rows = 0xfffffffe;
constexpr std::size_t first_slots = 1u << 12;

core::Error io_error(const std::filesystem::path& path, const std::string& doing) {
    return jsonl::system_error(errno, doing + " " + jsonl::shown(path), core::Errc::unavailable);
}

std::uint64_t word(const store::Fingerprint& f, std::size_t at) noexcept {
    std::uint64_t v;
    std::memcpy(&v, f.data() + at, sizeof v);
    return v;
}

__extension__ using Wide = unsigned __int128;

std::uint64_t slot_of(std::uint64_t hash, std::size_t slots) noexcept {
    return static_cast<std::uint64_t>((static_cast<Wide>(hash) * slots) >> 64);
}

}  // namespace

SeenRows::SeenRows(jsonl::Fd fd, std::filesystem::path path)
    : fd_(std::move(fd)), path_(std::move(path)), slots_(first_slots, 0) {}

core::Result<SeenRows> SeenRows::create(const std::filesystem::path& file) {
    jsonl::Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (fd.get() < 0) return io_error(file, "cannot write");
    return SeenRows(std::move(fd), file);
}

core::Result<SeenRows> SeenRows::create_unnamed(const std::filesystem::path& folder) {
    jsonl::Fd fd(::open(folder.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600));
    if (fd.get() < 0) return io_error(folder, "cannot make a temporary file in");
    return SeenRows(std::move(fd), folder);
}

core::Result<> SeenRows::flush() {
    std::size_t done = 0;
    while (done < tail_.size()) {
        const auto at = static_cast<off_t>(written_ * fingerprint_bytes + done);
        const ssize_t n = ::pwrite(fd_.get(), tail_.data() + done, tail_.size() - done, at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_error(path_, "cannot write");
        done += static_cast<std::size_t>(n);
    }
    written_ += tail_.size() / fingerprint_bytes;
    tail_.clear();
    return {};
}

core::Result<bool> SeenRows::is_fingerprint_of(std::uint64_t row,
                                               const store::Fingerprint& fingerprint) {
    store::Fingerprint there;
    if (row >= written_) {
        std::memcpy(there.data(), tail_.data() + (row - written_) * fingerprint_bytes,
                    fingerprint_bytes);
    } else if (::pread(fd_.get(), there.data(), fingerprint_bytes,
                       static_cast<off_t>(row * fingerprint_bytes)) !=
               static_cast<ssize_t>(fingerprint_bytes)) {
        return io_error(path_, "cannot read back");
    }
    return there == fingerprint;
}

// Fingerprints are uniform, so linear probing needs no further hash; the slot comes from the second
// half, the tag from the first, and a match of both is checked against the file.
core::Result<std::optional<core::RowNo>> SeenRows::find(const store::Fingerprint& fingerprint) {
    const auto tag = static_cast<std::uint32_t>(word(fingerprint, 0));
    for (std::uint64_t at = slot_of(word(fingerprint, 8), slots_.size()); slots_[at] != 0;) {
        if (static_cast<std::uint32_t>(slots_[at]) == tag) {
            const std::uint64_t row = (slots_[at] >> 32) - 1;
            OVERNIGHT_TRY_ASSIGN(const bool same, is_fingerprint_of(row, fingerprint));
            if (same) return std::optional(core::RowNo{row});
        }
        if (++at == slots_.size()) at = 0;
    }
    return std::optional<core::RowNo>{};
}

core::Result<std::optional<core::RowNo>> SeenRows::add(const store::Fingerprint& fingerprint) {
    OVERNIGHT_TRY_ASSIGN(const auto earlier, find(fingerprint));
    if (!earlier) {
        if (taken_ * 10 >= slots_.size() * 8) OVERNIGHT_TRY(grow());
        take_slot(fingerprint, rows_);
        ++taken_;
    }
    OVERNIGHT_TRY(append(fingerprint));
    return earlier;
}

core::Result<> SeenRows::add_unsent() {
    return append({});
}

core::Result<> SeenRows::append(const store::Fingerprint& fingerprint) {
    if (rows_ >= max_rows)
        return core::Error(core::Errc::invalid_input,
                           "more than 4,294,967,294 rows in one job; split the input");
    tail_.append(reinterpret_cast<const char*>(fingerprint.data()), fingerprint_bytes);
    ++rows_;
    return tail_.size() >= flush_bytes ? flush() : core::Result<>{};
}

void SeenRows::take_slot(const store::Fingerprint& fingerprint, std::uint64_t row) noexcept {
    std::uint64_t at = slot_of(word(fingerprint, 8), slots_.size());
    while (slots_[at] != 0)
        if (++at == slots_.size()) at = 0;
    slots_[at] = (row + 1) << 32 | static_cast<std::uint32_t>(word(fingerprint, 0));
}

// The slots hold a part of each fingerprint only, so a larger table is filled from the file, in row
// order.
core::Result<> SeenRows::grow() {
    OVERNIGHT_TRY(flush());
    std::vector<bool> distinct;  // duplicates have no slot
    distinct.resize(rows_);
    for (const auto slot : slots_)
        if (slot != 0) distinct[(slot >> 32) - 1] = true;
    const std::size_t slots = slots_.size() * 2;
    std::vector<std::uint64_t>().swap(slots_);
    slots_.resize(slots, 0);
    std::string block(flush_bytes, '\0');
    for (std::uint64_t row = 0; row < rows_;) {
        const ssize_t n = ::pread(fd_.get(), block.data(), block.size(),
                                  static_cast<off_t>(row * fingerprint_bytes));
        if (n < static_cast<ssize_t>(fingerprint_bytes)) return io_error(path_, "cannot read back");
        for (std::size_t i = 0; i + fingerprint_bytes <= static_cast<std::size_t>(n);
             i += fingerprint_bytes, ++row) {
            if (!distinct[row]) continue;
            store::Fingerprint f;
            std::memcpy(f.data(), block.data() + i, fingerprint_bytes);
            take_slot(f, row);
        }
    }
    return {};
}

core::Result<> SeenRows::commit() {
    OVERNIGHT_TRY(flush());
    if (::fsync(fd_.get()) != 0) return io_error(path_, "cannot sync");
    return jsonl::sync_directory(path_.parent_path());
}

}  // namespace overnight::submitter
