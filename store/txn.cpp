#include "store/txn.hpp"

#include "core/fault_point.hpp"
#include "store/env.hpp"
#include "store/lmdb_error.hpp"

namespace overnight::store {

ReadTxn::~ReadTxn() {
    abort();
    if (touched_ != 0) env_->passed(touched_);
}

core::Result<> ReadTxn::keep_tables() && {
    const int code = mdb_txn_commit(std::exchange(handle_, nullptr));
    if (code != 0) return lmdb_error(code, "read the store");
    return {};
}

core::Result<> WriteTxn::commit() && {
    core::fault_point("store.commit.before");
    // The handle is given up first: LMDB frees it on failure as well.
    const int code = mdb_txn_commit(std::exchange(handle_, nullptr));
    pass_.reset();
    if (code != 0) return lmdb_error(code, "commit to the store");
    core::fault_point("store.commit.after");
    return {};
}

}  // namespace overnight::store
