// Resumable uploads in progress (providers/gemini.md 4.1).
#pragma once

#include "core/error.hpp"
#include "core/timed_mutex.hpp"
#include "emulator/files.hpp"
#include "emulator/gemini/file_spec.hpp"
#include "emulator/gemini/hashed_blob.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace overnight::emulator::gemini {

struct UploadSession {
    enum class State { active, final, cancelled };

    UploadSession(std::string session_id, FileSpec file_spec, HashedBlob bytes, std::string owner)
        : id(std::move(session_id)),
          spec(std::move(file_spec)),
          key(std::move(owner)),
          blob(std::move(bytes)) {}

    const std::string id;
    const FileSpec spec;
    const std::string key;  ///< fingerprint of the starter's key

    core::TimedMutex mutex;  ///< of what follows; held while a chunk arrives
    State state = State::active;
    HashedBlob blob;
    FilePtr file;  ///< once it is final
};

std::string_view name(UploadSession::State state) noexcept;

/// Not kept over a restart. Any thread.
class UploadSessions {
public:
    core::Result<std::shared_ptr<UploadSession>> start(FileSpec spec,
                                                       std::filesystem::path path,
                                                       std::string key);
    /// Null when there is none. Sessions that ended stay, so that a lost reply can be asked for.
    std::shared_ptr<UploadSession> find(std::string_view id) const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<UploadSession>, std::less<>> sessions_;
};

}  // namespace overnight::emulator::gemini
