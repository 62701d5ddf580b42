// A copy of the database while it is in use: one snapshot, without free pages.

#include "core/bytes.hpp"
#include "jsonl/directory.hpp"
#include "jsonl/fd.hpp"
#include "store/impl.hpp"
#include "store/lmdb_error.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace overnight::store {

using core::Errc;
using core::Result;

Result<> Store::backup(const std::filesystem::path& file) const {
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    const auto temporary =
        folder / (std::string(jsonl::temporary_prefix) + core::base32(core::random_bytes(10)));
    const std::string doing = "write the backup " + jsonl::shown(file);
    jsonl::Fd fd(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) return jsonl::system_error(errno, "cannot " + doing, Errc::unavailable);
    // LMDB writes to the descriptor itself, which is why DurableFile is not used.
    const auto write = [&]() -> Result<> {
        if (const int code = mdb_env_copyfd2(impl_->env->raw(), fd.get(), MDB_CP_COMPACT))
            return lmdb_error(code, doing);
        if (::fsync(fd.get()) != 0 || fd.close() != 0)
            return jsonl::system_error(errno, "cannot " + doing, Errc::unavailable);
        if (::link(temporary.c_str(), file.c_str()) != 0)  // unlike rename, it replaces nothing
            return jsonl::system_error(errno, "cannot " + doing, Errc::unavailable);
        return {};
    };
    Result<> written = write();
    ::unlink(temporary.c_str());
    OVERNIGHT_TRY(std::move(written));
    return jsonl::sync_directory(folder);
}

}  // namespace overnight::store
