// Stored files: batch inputs and results. The bytes are on disk; here is what the API says about
// them.
#pragma once

#include "core/error.hpp"
#include "emulator/journal.hpp"
#include "emulator/provider.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::emulator {

struct FileObject {
    std::string id;  ///< empty: Files::add() makes one
    Provider provider = Provider::openai;
    std::string filename;
    std::string purpose;
    std::uint64_t bytes = 0;
    std::int64_t created_at = 0;
    std::int64_t expires_at = 0;  ///< 0: never
    std::uint64_t order = 0;      ///< of creation
    std::string key;              ///< fingerprint of the creator's key
    std::string mime_type;        ///< where the dialect keeps it
    std::string sha256;           ///< hexadecimal, where the dialect shows it
    std::filesystem::path path;
};
using FilePtr = std::shared_ptr<const FileObject>;

/// The purpose of requests that came inside a create: a file that no client sees.
constexpr const char* inline_requests = "inline_requests";

/// A result file lives 30 days, as a batch's input does.
constexpr std::int64_t default_file_lifetime = 2'592'000;
constexpr std::uint64_t max_batch_file_bytes = 209'715'200;
constexpr std::uint64_t max_file_bytes = 512'000'000;

/// Any thread.
class Files {
public:
    Files(std::filesystem::path directory, Journal& journal);

    /// Takes up what an earlier life of the state directory left, and removes blobs that became no
    /// file.
    void restore(const std::vector<boost::json::value>& records);

    std::filesystem::path new_blob();  ///< a path that no other blob has
    /// Gives the file its order, and an id when it has none. Errc::conflict: another has that id.
    core::Result<FilePtr> add(FileObject file);
    /// Null when there is none, or when it has expired.
    FilePtr find(std::string_view id, std::int64_t now) const;
    /// In the order of creation; what belongs to batches and has no name of its own is left out.
    std::vector<FilePtr> list(Provider provider, std::int64_t now) const;
    std::size_t count(std::int64_t now) const;  ///< in all dialects
    /// Null when there was none. A reader that has it open can go on.
    FilePtr erase(std::string_view id, std::int64_t now);

private:
    mutable std::mutex mutex_;
    const std::filesystem::path directory_;
    Journal& journal_;
    std::map<std::string, FilePtr, std::less<>> files_;
    std::uint64_t next_order_ = 1;
    std::uint64_t next_blob_ = 1;
};

/// 22 characters of [a-z0-9] behind `prefix`.
std::string new_id(std::string_view prefix);
/// 32 hexadecimal digits behind `prefix`.
std::string new_hex_id(std::string_view prefix);
/// A random UUID behind `prefix`.
std::string new_uuid(std::string_view prefix = {});

}  // namespace overnight::emulator
