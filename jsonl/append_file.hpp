// A file that grows at its end and survives the process: a journal, or results as they come.
#pragma once

#include "core/error.hpp"
#include "jsonl/fd.hpp"

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace overnight::jsonl {

/// append(), cut() and bytes(): one thread at a time. sync(): any thread, also beside an append,
/// which it may or may not include.
///
/// Errors: Errc::out_of_space for a full disk, quota or file size limit; else Errc::unavailable.
class AppendFile {
public:
    /// Opens the file, or creates it with mode 0600; its name is durable then. Symbolic links are
    /// refused.
    static Result<AppendFile> open(const std::filesystem::path& path);

    std::uint64_t bytes() const noexcept { return bytes_; }
    const std::filesystem::path& path() const noexcept { return path_; }

    /// All of `bytes`, or none: a part that a full disk let through is taken back.
    Result<> append(std::string_view bytes);
    /// Drops what stands behind the first `bytes`.
    Result<> cut(std::uint64_t bytes);
    /// What was appended before the call is on disk when it returns. After an error nothing is
    /// known of what was appended since the last success, whatever a later call says.
    Result<> sync() const;
    /// Syncs, and gives the file another name in its folder, durably. An earlier file of that name
    /// is replaced.
    Result<> rename(const std::filesystem::path& name);

private:
    AppendFile(Fd fd, std::filesystem::path path, std::uint64_t bytes)
        : fd_(std::move(fd)), path_(std::move(path)), bytes_(bytes) {}

    Result<> mend();

    Fd fd_;
    std::filesystem::path path_;
    std::uint64_t bytes_ = 0;
    bool torn_ = false;  ///< a part of a record may stand behind bytes_
};

}  // namespace overnight::jsonl
