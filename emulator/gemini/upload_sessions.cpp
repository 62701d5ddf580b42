// Resumable uploads.
#include "emulator/gemini/upload_sessions.hpp"

namespace overnight::emulator::gemini {

std::string_view name(UploadSession::State state) noexcept {
    switch (state) {
    case UploadSession::State::active:
        return "active";
    case UploadSession::State::final:
        return "final";
    case UploadSession::State::cancelled:
        break;
    }
    return "cancelled";
}

core::Result<std::shared_ptr<UploadSession>> UploadSessions::start(FileSpec spec,
                                                                   std::filesystem::path path,
                                                                   std::string key) {
    constexpr std::size_t id_characters = 40;
    OVERNIGHT_TRY_ASSIGN(HashedBlob blob, HashedBlob::create(std::move(path), max_upload_bytes));
    auto session = std::make_shared<UploadSession>(random_id(id_characters), std::move(spec),
                                                   std::move(blob), std::move(key));
    const std::lock_guard lock(mutex_);
    sessions_.emplace(session->id, session);
    return session;
}

std::shared_ptr<UploadSession> UploadSessions::find(std::string_view id) const {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? nullptr : found->second;
}

}  // namespace overnight::emulator::gemini
