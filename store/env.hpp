// The LMDB environment: how it is opened, and what is checked before anything is believed.
#pragma once

#include "core/error.hpp"
#include "store/txn.hpp"
#include "store/values.hpp"
#include "store/writer_gate.hpp"

#include <lmdb.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace overnight::store {

/// One environment a folder and process: a second open is refused, because closing it would drop
/// LMDB's locks and make our readers invisible to other processes. Any thread. Never used across
/// fork().
class Env {
public:
    /// `dir` exists. The file is made durable, name included. Errc::corrupt for a file that is not
    /// an LMDB environment or is cut short. `patience` is how long a write waits for another
    /// process's.
    static core::Result<std::unique_ptr<Env>> open(
        const std::filesystem::path& dir,
        std::size_t map_bytes,
        std::chrono::milliseconds patience = StoreOptions{}.writer_patience);
    Env(const Env&) = delete;
    Env& operator=(const Env&) = delete;
    ~Env();

    core::Result<ReadTxn> read() const;
    /// Errc::unavailable, naming the process, when another one writes for longer than `patience`.
    core::Result<WriteTxn> write() const;
    MDB_env* raw() const noexcept { return env_; }

    /// Counts bytes that went through the map. Every few ten MB the map's pages are given back to
    /// the kernel, so that resident memory does not grow with the store. Safe at any time: the map
    /// is read-only and shared, a page that is needed again is mapped again.
    void passed(std::size_t bytes) const noexcept;

private:
    Env() = default;
    core::Result<> set_up(const std::filesystem::path& dir, std::size_t map_bytes);
    core::Result<> check_length(const std::filesystem::path& dir, int fd) const;

    struct Claim {  ///< the folder's place in the list of open ones
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        bool held = false;
    };
    Claim claim_;
    std::chrono::milliseconds patience_{};
    std::unique_ptr<WriterGate> gate_;
    MDB_env* env_ = nullptr;
    void* map_ = nullptr;
    std::size_t page_bytes_ = 4096;
    mutable std::atomic<std::size_t> passed_{0};
};

/// A warning when the library at run time is one with known races; else "".
std::string lmdb_version_warning(int major, int minor, int patch);

}  // namespace overnight::store
