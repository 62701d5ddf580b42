#include "store/lmdb_error.hpp"

#include "jsonl/fd.hpp"

#include <lmdb.h>

#include <cerrno>

namespace overnight::store {

core::Error lmdb_error(int code, const std::string& doing) {
    using core::Errc;
    const std::string message = "cannot " + doing + ": " + mdb_strerror(code);
    switch (code) {
    case MDB_MAP_FULL:
        return {Errc::out_of_space,
                message +
                    ": the store has reached its map_bytes: forget old jobs (overnight "
                    "forget JOB)"};
    case MDB_PANIC:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
        return {Errc::corrupt, message +
                                   ": the state is damaged; keep it as it is, nothing is "
                                   "sent, and restore a backup"};
    case MDB_VERSION_MISMATCH:
        return {Errc::corrupt,
                message + ": the state was written by another version of LMDB, or is damaged"};
    case MDB_BAD_TXN:
        return {Errc::corrupt, message + ": an earlier step of the transaction failed"};
    case MDB_MAP_RESIZED:
        return {Errc::configuration, message +
                                         ": another process opened the state with a larger "
                                         "map: use one map_bytes everywhere"};
    case MDB_READERS_FULL:
        return {Errc::unavailable, message + ": too many processes read the state at once"};
    case MDB_BAD_VALSIZE:
    case MDB_KEYEXIST:
    case MDB_BAD_DBI:
    case EINVAL:
        return {Errc::internal, message};
    default:
        break;
    }
    if (code < 0) return {Errc::unavailable, message};  // LMDB's other codes
    const bool access = code == EACCES || code == EPERM || code == EROFS || code == ENOMEM;
    return jsonl::system_error(code, "cannot " + doing,
                               access ? Errc::configuration : Errc::unavailable);
}

}  // namespace overnight::store
