// Stored files.
#include "emulator/files.hpp"

#include "core/bytes.hpp"
#include "emulator/json_text.hpp"

#include <algorithm>
#include <set>

namespace overnight::emulator {

namespace {

std::string record_of(const FileObject& file) {
    std::string out;
    ObjectWriter(out)
        .text("id", file.id)
        .text("provider", name(file.provider))
        .text("filename", file.filename)
        .text("purpose", file.purpose)
        .number("bytes", static_cast<std::int64_t>(file.bytes))
        .number("created_at", file.created_at)
        .number("expires_at", file.expires_at)
        .text("key", file.key)
        .text("mime_type", file.mime_type)
        .text("sha256", file.sha256)
        .text("blob", file.path.filename().string())
        .end();
    return out;
}

std::string text_in(const boost::json::object& record, const char* key) {
    const auto* const value = record.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

std::int64_t number_in(const boost::json::object& record, const char* key) {
    const auto* const value = record.if_contains(key);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

bool expired(const FileObject& file, std::int64_t now) {
    return file.expires_at != 0 && file.expires_at <= now;
}

}  // namespace

Files::Files(std::filesystem::path directory, Journal& journal)
    : directory_(std::move(directory)), journal_(journal) {}

void Files::restore(const std::vector<boost::json::value>& records) {
    const std::lock_guard lock(mutex_);
    std::set<std::filesystem::path> known;
    for (const auto& value : records) {
        if (!value.is_object()) continue;
        const auto& record = value.get_object();
        FileObject file;
        file.id = text_in(record, "id");
        const std::string blob = text_in(record, "blob");
        if (file.id.empty() || blob.empty()) continue;
        file.provider = provider_of(text_in(record, "provider")).value_or(Provider::openai);
        file.filename = text_in(record, "filename");
        file.purpose = text_in(record, "purpose");
        file.bytes = static_cast<std::uint64_t>(number_in(record, "bytes"));
        file.created_at = number_in(record, "created_at");
        file.expires_at = number_in(record, "expires_at");
        file.key = text_in(record, "key");
        file.mime_type = text_in(record, "mime_type");
        file.sha256 = text_in(record, "sha256");
        file.path = directory_ / std::filesystem::path(blob).filename();
        file.order = next_order_++;
        known.insert(file.path.filename());
        files_[file.id] = std::make_shared<const FileObject>(file);
    }
    std::error_code ignored;
    for (const auto& blob : std::filesystem::directory_iterator(directory_, ignored)) {
        if (!known.contains(blob.path().filename())) std::filesystem::remove(blob.path(), ignored);
    }
}

std::filesystem::path Files::new_blob() {
    const std::lock_guard lock(mutex_);
    return directory_ /
           ("blob-" + core::hex(core::random_bytes(8)) + '-' + std::to_string(next_blob_++));
}

core::Result<FilePtr> Files::add(FileObject file) {
    if (file.id.empty()) file.id = new_id("file-");
    const std::lock_guard lock(mutex_);
    const auto known = files_.find(file.id);
    if (known != files_.end() && !expired(*known->second, file.created_at))
        return core::Error(core::Errc::conflict, "there is a file called " + file.id);
    file.order = next_order_++;
    auto shared = std::make_shared<const FileObject>(std::move(file));
    OVERNIGHT_TRY(journal_.put("file", record_of(*shared)));
    if (known != files_.end()) {
        std::error_code ignored;
        std::filesystem::remove(known->second->path, ignored);
        files_.erase(known);
    }
    files_.emplace(shared->id, shared);
    return FilePtr(shared);
}

FilePtr Files::find(std::string_view id, std::int64_t now) const {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(id);
    if (found == files_.end()) return nullptr;
    if (expired(*found->second, now)) return nullptr;
    return found->second;
}

std::vector<FilePtr> Files::list(Provider provider, std::int64_t now) const {
    const std::lock_guard lock(mutex_);
    std::vector<FilePtr> all;
    for (const auto& [id, file] : files_) {
        if (file->provider == provider && file->purpose != inline_requests && !expired(*file, now))
            all.push_back(file);
    }
    std::sort(all.begin(), all.end(),
              [](const FilePtr& a, const FilePtr& b) { return a->order < b->order; });
    return all;
}

std::size_t Files::count(std::int64_t now) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::count_if(files_.begin(), files_.end(), [now](const auto& one) {
            return one.second->purpose != inline_requests && !expired(*one.second, now);
        }));
}

FilePtr Files::erase(std::string_view id, std::int64_t now) {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(id);
    if (found == files_.end()) return nullptr;
    FilePtr file = found->second;
    if (expired(*file, now)) return nullptr;
    std::string gone;
    put_json(gone, id);
    if (!journal_.put("file_gone", gone)) return nullptr;
    files_.erase(found);
    std::error_code ignored;
    std::filesystem::remove(file->path, ignored);
    return file;
}

std::string new_id(std::string_view prefix) {
    return std::string(prefix) + core::base32(core::random_bytes(16)).substr(0, 22);
}

std::string new_hex_id(std::string_view prefix) {
    return std::string(prefix) + core::hex(core::random_bytes(16));
}

std::string new_uuid(std::string_view prefix) {
    std::string id = core::hex(core::random_bytes(16));
    id[12] = '4';  // the version, and below the variant (RFC 9562 5.4)
    id[16] = 'a';
    for (const std::size_t at : {20U, 16U, 12U, 8U})
        id.insert(at, 1, '-');
    return std::string(prefix) + id;
}

}  // namespace overnight::emulator
