// A data file shorter than its meta page says is either cut (reading the missing part would be
// SIGBUS) or ends in pages that LMDB allocated and freed within one transaction and never wrote.
// The two are told apart by looking for every page in use, with the missing part filled by zeros: a
// page of a tree that is all zeros is refused by LMDB, and a large value has pages of its own,
// which tell nothing but where they are.

#include "jsonl/fd.hpp"
#include "store/env.hpp"
#include "store/lmdb_error.hpp"

#include <cerrno>
#include <fcntl.h>
#include <functional>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace overnight::store {
namespace {

using CursorHandle =
    std::unique_ptr<MDB_cursor, decltype([](MDB_cursor* c) { mdb_cursor_close(c); })>;

/// Walks one table; with `nested`, the tables that are named in it as well. 0 or LMDB's code:
/// MDB_CORRUPTED when a value reaches behind `present`, unless that is null.
int walk(MDB_txn* txn, MDB_dbi table, bool nested, const char* present) {
    MDB_cursor* raw = nullptr;
    if (const int code = mdb_cursor_open(txn, table, &raw)) return code;
    const CursorHandle cursor(raw);
    MDB_val key{};
    MDB_val value{};
    int code = mdb_cursor_get(raw, &key, &value, MDB_FIRST);
    for (; code == 0; code = mdb_cursor_get(raw, &key, &value, MDB_NEXT)) {
        const char* const end = static_cast<const char*>(value.mv_data) + value.mv_size;
        if (present != nullptr && std::less<>{}(present, end)) return MDB_CORRUPTED;
        if (!nested) continue;
        const std::string name(static_cast<const char*>(key.mv_data), key.mv_size);
        MDB_dbi inner = 0;
        if (const int opened = mdb_dbi_open(txn, name.c_str(), 0, &inner)) return opened;
        if (const int walked = walk(txn, inner, false, present)) return walked;
    }
    return code == MDB_NOTFOUND ? 0 : code;
}

}  // namespace

core::Result<> Env::check_length(const std::filesystem::path& dir, int fd) const {
    // The write lock keeps other processes from growing the file meanwhile.
    auto writing = write();
    if (!writing) return std::move(writing).error();
    MDB_envinfo info{};
    struct stat status {};
    if (mdb_env_info(env_, &info) != 0 || ::fstat(fd, &status) != 0)
        return jsonl::system_error(errno, "cannot look at the store", core::Errc::unavailable);
    const auto have = static_cast<off_t>(status.st_size);
    const auto want = static_cast<off_t>((info.me_last_pgno + 1) * page_bytes_);
    if (have >= want) return {};

    // LMDB's descriptor is open for writing; fallocate never touches bytes that are there.
    if (const int failure = ::posix_fallocate(fd, have, want - have)) {
        [[maybe_unused]] const int as_it_was = ::ftruncate(fd, have);
        return jsonl::system_error(failure,
                                   "cannot tell whether " + jsonl::shown(dir / "data.mdb") +
                                       " was cut from " + std::to_string(want) + " to " +
                                       std::to_string(have) + " bytes",
                                   core::Errc::corrupt);
    }
    auto reading = read();
    if (!reading) return std::move(reading).error();
    constexpr MDB_dbi free_pages = 0;
    constexpr MDB_dbi names = 1;
    const char* const present = map_ ? static_cast<const char*>(map_) + have : nullptr;
    int code = walk(reading->raw(), free_pages, false, present);
    if (code == 0) code = walk(reading->raw(), names, true, present);
    if (code == 0) return {};
    if (::ftruncate(fd, have) != 0) code = MDB_CORRUPTED;  // as it was: it is evidence
    return lmdb_error(code, "use " + jsonl::shown(dir / "data.mdb") + ", which was cut from " +
                                std::to_string(want) + " to " + std::to_string(have) + " bytes");
}

}  // namespace overnight::store
