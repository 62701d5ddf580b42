// Transactions. A write transaction is a read transaction; dropping either aborts it.
#pragma once

#include "core/error.hpp"
#include "store/writer_gate.hpp"

#include <lmdb.h>

#include <cstddef>
#include <optional>
#include <utility>

namespace overnight::store {

class Env;

/// A snapshot. Short: a second at most, and never across a callback that may wait or any other I/O.
class ReadTxn {
public:
    ReadTxn(ReadTxn&& o) noexcept
        : handle_(std::exchange(o.handle_, nullptr)), env_(o.env_), touched_(o.touched_) {}
    ReadTxn& operator=(ReadTxn&&) = delete;
    ~ReadTxn();
    /// Ends it so that the table handles it opened stay open.
    core::Result<> keep_tables() &&;
    MDB_txn* raw() const noexcept { return handle_; }
    /// Tells how many bytes of the map were read or written, so that they are given back in time.
    void touched(std::size_t bytes) const noexcept { touched_ += bytes; }

protected:
    friend class Env;
    ReadTxn(MDB_txn* handle, const Env& env) noexcept : handle_(handle), env_(&env) {}
    void abort() noexcept {
        if (handle_) mdb_txn_abort(std::exchange(handle_, nullptr));
    }
    MDB_txn* handle_;
    const Env* env_;
    mutable std::size_t touched_ = 0;
};

/// The one writer, among all threads and processes. Ends on the thread that began it.
class WriteTxn : public ReadTxn {
public:
    WriteTxn(WriteTxn&&) noexcept = default;
    ~WriteTxn() { abort(); }  // before others may write
    /// Durable afterwards. The handle is gone whatever comes out of it.
    core::Result<> commit() &&;

private:
    friend class Env;
    WriteTxn(MDB_txn* handle, const Env& env, WriterGate::Pass pass) noexcept
        : ReadTxn(handle, env), pass_(std::move(pass)) {}
    std::optional<WriterGate::Pass> pass_;
};

}  // namespace overnight::store
