// The Uploads API: a file in parts (providers/openai.md 11).
#pragma once

#include "core/error.hpp"
#include "emulator/files.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::emulator::openai {

constexpr std::uint64_t max_upload_bytes = 8'000'000'000;
constexpr std::uint64_t max_part_bytes = 67'108'864;
constexpr std::int64_t upload_lifetime = 3'600;

struct Upload {
    struct Part {
        std::string id;
        std::filesystem::path path;
        std::uint64_t bytes = 0;
    };
    std::string id;
    std::string filename;
    std::string purpose;
    std::string status = "pending";
    std::uint64_t bytes = 0;  ///< promised
    std::int64_t created_at = 0;
    std::int64_t expires_at = 0;
    std::int64_t file_lifetime = 0;  ///< seconds; 0: the purpose's default
    std::vector<Part> parts;
    FilePtr file;  ///< once completed
};

/// Not kept over a restart: an upload lives for an hour. Any thread.
class Uploads {
public:
    Upload create(Upload upload, std::int64_t now);
    std::optional<Upload> find(std::string_view id, std::int64_t now);
    /// False when the upload takes no more parts.
    bool add_part(std::string_view id, Upload::Part part, std::int64_t now);
    void complete(std::string_view id, FilePtr file);
    void cancel(std::string_view id);

private:
    Upload* locked_find(std::string_view id, std::int64_t now);
    std::mutex mutex_;
    std::map<std::string, Upload, std::less<>> uploads_;
};

void put_upload(std::string& out, const Upload& upload);

/// Writes the parts named by `ids`, in that order, into one file. Errc::invalid_input when an id is
/// unknown or the sizes do not add up; `md5` is compared when it is not empty.
core::Result<> join_parts(const Upload& upload,
                          const std::vector<std::string>& ids,
                          std::string_view md5,
                          const std::filesystem::path& into);

}  // namespace overnight::emulator::openai
