// Write-then-rename: a file has its name only when it is complete and on disk.
#pragma once

#include "core/error.hpp"
#include "jsonl/directory.hpp"
#include "jsonl/fd.hpp"
#include "jsonl/random_reader.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace overnight::jsonl {

/// Whether a file that has the name already may lose it.
enum class Replace { no, yes };

/// A file being written under a temporary name beside its final one. commit() publishes it; the
/// destructor never does. After an error every further call returns an error, and nothing is
/// published. One thread.
///
/// Errors: Errc::out_of_space for a full disk, quota or file size limit; Errc::conflict when the
/// name is taken and Replace::no; Errc::configuration when the folder is missing or may not be
/// written; else Errc::unavailable.
class DurableFile {
public:
    /// Opens the temporary. A taken name (with Replace::no) and a folder under that name fail here
    /// already, before any work is spent. `label` names the fault points passed by commit():
    /// LABEL.written, LABEL.synced, LABEL.renamed.
    static Result<DurableFile> create(const std::filesystem::path& final_path,
                                      Replace replace,
                                      unsigned mode = 0600,
                                      std::string_view label = "file");

    DurableFile(DurableFile&&) noexcept = default;
    DurableFile& operator=(DurableFile&& other) noexcept;
    ~DurableFile();

    Result<> write(std::string_view bytes);
    /// Bytes accepted by write() so far: the length of the file to be.
    std::uint64_t bytes() const noexcept { return bytes_; }
    const std::filesystem::path& path() const noexcept { return final_path_; }

    /// Flushes, syncs, closes, renames and syncs the folder. Replace::yes takes the name
    /// atomically: a symbolic link under it is replaced, not followed. An error after the rename
    /// says that the file is there but may not survive a power loss.
    Result<> commit() &&;

private:
    DurableFile() = default;
    Result<> flush();
    Result<> write_out(std::string_view bytes);
    Result<> fail(int error_number, std::string_view doing);
    Result<> publish();
    void discard() noexcept;

    std::filesystem::path final_path_;
    std::string final_name_;
    std::string temporary_name_;  ///< empty once published or discarded
    std::string label_;
    Replace replace_ = Replace::no;
    Fd directory_;
    Fd file_;
    std::string buffer_;
    std::uint64_t bytes_ = 0;
    bool failed_ = false;
};

}  // namespace overnight::jsonl
