#include "store/env.hpp"

#include "jsonl/directory.hpp"
#include "jsonl/fd.hpp"
#include "jsonl/random_reader.hpp"
#include "store/lmdb_error.hpp"

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <fcntl.h>
#include <mutex>
#include <set>
#include <sstream>
#include <string_view>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace overnight::store {
namespace {

using core::Errc;
using core::Error;
using core::Result;

constexpr unsigned max_tables = 32;
constexpr unsigned max_readers = 512;
/// Bytes through the map after which its pages are given back.
constexpr std::size_t resident_limit = std::size_t{48} << 20;
/// Each of these would trade durability or safety for speed.
constexpr unsigned forbidden_flags =
    MDB_NOSYNC | MDB_NOMETASYNC | MDB_WRITEMAP | MDB_MAPASYNC | MDB_NOLOCK;

/// The folders that this process has open. It is the process's own fact (LMDB's fcntl locks belong
/// to the process), hence one object a process.
struct OpenFolders {
    std::mutex mutex;
    std::set<std::pair<std::uint64_t, std::uint64_t>> folders;
};
OpenFolders& open_folders() {
    static OpenFolders list;
    return list;
}

/// LMDB calls this when a page contradicts another; it would abort without a word for the operator.
void on_contradiction(MDB_env*, const char*) {
    constexpr std::string_view text =
        "overnight: the state is damaged (the store contradicts itself): keep it as it is and "
        "restore a backup\n";
    if (::write(STDERR_FILENO, text.data(), text.size()) < 0) ::_exit(70);
    ::_exit(70);
}

/// Where the file of `fd` is mapped; LMDB tells it only for fixed maps. Null when it is not found.
void* find_map(int fd, std::size_t map_bytes) {
    struct stat status {};
    const auto text = jsonl::read_small_file("/proc/self/maps", std::size_t{16} << 20);
    if (!text || ::fstat(fd, &status) != 0) return nullptr;
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) {
        std::uint64_t from = 0;
        std::uint64_t to = 0;
        std::uint64_t inode = 0;
        // start-end permissions offset device inode path
        if (std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %" SCNu64, &from, &to,
                        &inode) == 3 &&
            inode == status.st_ino && to - from >= map_bytes)
            return reinterpret_cast<void*>(from);  // NOLINT: an address is what the line holds
    }
    return nullptr;
}

}  // namespace

std::string lmdb_version_warning(int major, int minor, int patch) {
    if (major != 0 || minor != 9 || patch < 26 || patch > 31) return {};
    return "LMDB 0.9." + std::to_string(patch) +
           " has known races between processes (0.9.26 to 0.9.31): install another version";
}

Result<std::unique_ptr<Env>> Env::open(const std::filesystem::path& dir,
                                       std::size_t map_bytes,
                                       std::chrono::milliseconds patience) {
    std::unique_ptr<Env> env(new Env);
    env->patience_ = patience;
    OVERNIGHT_TRY(env->set_up(dir, map_bytes));
    return env;
}

Env::~Env() {
    if (env_) mdb_env_close(env_);
    gate_.reset();  // closing its file later would drop the lock of whoever opens the store next
    if (!claim_.held) return;
    OpenFolders& list = open_folders();
    const std::lock_guard lock(list.mutex);
    list.folders.erase({claim_.device, claim_.inode});
}

Result<> Env::set_up(const std::filesystem::path& dir, std::size_t map_bytes) {
    struct stat status {};
    if (::stat(dir.c_str(), &status) != 0)
        return jsonl::system_error(errno, "cannot look at " + jsonl::shown(dir),
                                   Errc::configuration);
    claim_ = {status.st_dev, status.st_ino, false};
    {
        OpenFolders& list = open_folders();
        const std::lock_guard lock(list.mutex);
        claim_.held = list.folders.insert({claim_.device, claim_.inode}).second;
    }
    if (!claim_.held) return Error(Errc::internal, "the store is open in this process already");

    OVERNIGHT_TRY_ASSIGN(gate_, WriterGate::open(dir, patience_));
    const std::string doing = "open the store " + jsonl::shown(dir);
    if (const int code = mdb_env_create(&env_)) return lmdb_error(code, doing);
    mdb_env_set_maxdbs(env_, max_tables);
    mdb_env_set_maxreaders(env_, max_readers);
    mdb_env_set_mapsize(env_, map_bytes);
    mdb_env_set_assert(env_, on_contradiction);
    if (const int code = mdb_env_open(env_, dir.c_str(), MDB_NOTLS, 0600)) {
        if (code == ENOMEM)
            return Error(Errc::configuration, "cannot " + doing +
                                                  ": no address space for its map (map_bytes) of " +
                                                  std::to_string(map_bytes >> 20) +
                                                  " MiB: raise the limit (ulimit -v, LimitAS=)");
        return lmdb_error(code, doing);
    }
    unsigned flags = 0;
    mdb_env_get_flags(env_, &flags);
    if ((flags & forbidden_flags) != 0 || (flags & MDB_NOTLS) == 0)
        return Error(Errc::internal, "the store was opened with flags that lose data");
    // LMDB opens the data file without O_CLOEXEC.
    mdb_filehandle_t fd = -1;
    mdb_env_get_fd(env_, &fd);
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        return jsonl::system_error(errno, "cannot " + doing, Errc::unavailable);
    int dead = 0;
    mdb_reader_check(env_, &dead);
    // LMDB never syncs a folder: without this a power loss could take a new store's name away.
    OVERNIGHT_TRY(jsonl::sync_directory(dir));
    if (dir.has_parent_path()) OVERNIGHT_TRY(jsonl::sync_directory(dir.parent_path()));
    MDB_stat stat{};
    mdb_env_stat(env_, &stat);
    page_bytes_ = stat.ms_psize;
    map_ = find_map(fd, map_bytes);
    return check_length(dir, fd);
}

Result<ReadTxn> Env::read() const {
    MDB_txn* handle = nullptr;
    int code = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &handle);
    if (code == MDB_READERS_FULL) {
        int dead = 0;
        mdb_reader_check(env_, &dead);
        code = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &handle);
    }
    if (code != 0) return lmdb_error(code, "read the store");
    return ReadTxn(handle, *this);
}

Result<WriteTxn> Env::write() const {
    OVERNIGHT_TRY_ASSIGN(auto pass, gate_->enter());
    MDB_txn* handle = nullptr;
    // A reader that was killed would keep every page from being used again: the file would grow
    // with each commit for as long as no process opens the store anew.
    int dead = 0;
    mdb_reader_check(env_, &dead);
    if (const int code = mdb_txn_begin(env_, nullptr, 0, &handle))
        return lmdb_error(code, "write to the store");
    return WriteTxn(handle, *this, std::move(pass));
}

void Env::passed(std::size_t bytes) const noexcept {
    if (passed_.fetch_add(bytes, std::memory_order_relaxed) + bytes < resident_limit) return;
    passed_.store(0, std::memory_order_relaxed);
    MDB_envinfo info{};
    if (!map_ || mdb_env_info(env_, &info) != 0) return;
    ::madvise(map_, (info.me_last_pgno + 1) * page_bytes_, MADV_DONTNEED);
}

}  // namespace overnight::store
