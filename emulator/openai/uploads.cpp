// Uploads in parts.
#include "emulator/openai/uploads.hpp"

#include "core/bytes.hpp"
#include "emulator/json_text.hpp"
#include "emulator/openai/wire.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace overnight::emulator::openai {

namespace {

core::Result<> append_part(const Upload::Part& part, EVP_MD_CTX* digest, FileWriter& to) {
    OVERNIGHT_TRY_ASSIGN(Descriptor from, open_for_reading(part.path));
    std::string buffer(256 * 1024, '\0');
    std::uint64_t offset = 0;
    while (offset < part.bytes) {
        OVERNIGHT_TRY_ASSIGN(const std::size_t n,
                             read_at(from, buffer.data(), buffer.size(), offset));
        if (n == 0) return core::Error(core::Errc::internal, "a part became shorter");
        EVP_DigestUpdate(digest, buffer.data(), n);
        OVERNIGHT_TRY(to.append(std::string_view(buffer).substr(0, n)));
        offset += n;
    }
    return {};
}

}  // namespace

Upload Uploads::create(Upload upload, std::int64_t now) {
    upload.id = new_id("upload_");
    upload.created_at = now;
    upload.expires_at = now + upload_lifetime;
    const std::lock_guard lock(mutex_);
    return uploads_.emplace(upload.id, upload).first->second;
}

Upload* Uploads::locked_find(std::string_view id, std::int64_t now) {
    const auto found = uploads_.find(id);
    if (found == uploads_.end()) return nullptr;
    Upload& upload = found->second;
    if (upload.status == "pending" && upload.expires_at <= now) upload.status = "expired";
    return &upload;
}

std::optional<Upload> Uploads::find(std::string_view id, std::int64_t now) {
    const std::lock_guard lock(mutex_);
    const Upload* const upload = locked_find(id, now);
    if (upload == nullptr) return std::nullopt;
    return *upload;
}

bool Uploads::add_part(std::string_view id, Upload::Part part, std::int64_t now) {
    const std::lock_guard lock(mutex_);
    Upload* const upload = locked_find(id, now);
    if (upload == nullptr || upload->status != "pending") return false;
    upload->parts.push_back(std::move(part));
    return true;
}

void Uploads::complete(std::string_view id, FilePtr file) {
    const std::lock_guard lock(mutex_);
    Upload* const upload = locked_find(id, 0);
    if (upload == nullptr) return;
    upload->status = "completed";
    upload->file = std::move(file);
}

void Uploads::cancel(std::string_view id) {
    const std::lock_guard lock(mutex_);
    if (Upload* const upload = locked_find(id, 0)) upload->status = "cancelled";
}

void put_upload(std::string& out, const Upload& upload) {
    ObjectWriter object(out);
    object.text("id", upload.id)
        .text("object", "upload")
        .number("bytes", static_cast<std::int64_t>(upload.bytes))
        .number("created_at", upload.created_at)
        .number("expires_at", upload.expires_at)
        .text("filename", upload.filename)
        .text("purpose", upload.purpose)
        .text("status", upload.status);
    if (upload.file) {
        put_file(object.key("file"), *upload.file);
    } else {
        object.raw("file", "null");
    }
    object.end();
}

core::Result<> join_parts(const Upload& upload,
                          const std::vector<std::string>& ids,
                          std::string_view md5,
                          const std::filesystem::path& into) {
    OVERNIGHT_TRY_ASSIGN(FileWriter to, FileWriter::create(into));
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(),
                                                                         EVP_MD_CTX_free);
    if (EVP_DigestInit_ex(digest.get(), EVP_md5(), nullptr) != 1) {
        return core::Error(core::Errc::internal, "MD5 is not available");
    }
    for (const std::string& id : ids) {
        const auto part = std::find_if(upload.parts.begin(), upload.parts.end(),
                                       [&](const auto& one) { return one.id == id; });
        if (part == upload.parts.end())
            return core::Error(core::Errc::invalid_input, "No such part: " + id);
        OVERNIGHT_TRY(append_part(*part, digest.get(), to));
    }
    OVERNIGHT_TRY(to.flush());
    if (to.bytes() != upload.bytes) {
        return core::Error(core::Errc::invalid_input,
                           "The parts have " + std::to_string(to.bytes()) +
                               " bytes, the upload promised " + std::to_string(upload.bytes) + ".");
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
    unsigned size = 0;
    EVP_DigestFinal_ex(digest.get(), sum.data(), &size);
    const std::string found =
        core::hex(std::string_view(reinterpret_cast<const char*>(sum.data()), size));
    if (!md5.empty() && md5 != found)
        return core::Error(core::Errc::invalid_input, "The md5 does not match.");
    return {};
}

}  // namespace overnight::emulator::openai
