// A table of checked bytes. Each value ends with the CRC32C of table name, key and value, because
// LMDB has no checksums: a damaged value is Errc::corrupt and never wrong data.
#pragma once

#include "core/error.hpp"
#include "store/txn.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace overnight::store {

enum class Placement {
    anywhere,
    at_end,  ///< the key is behind every other: pages are filled whole
};

enum class Missing { create, refuse };

class RawTable {
public:
    /// The handle stays when `txn` is committed (a read transaction: kept). Errc::not_found for a
    /// missing table that is not to be created; creating needs a write transaction.
    core::Result<> open(const ReadTxn& txn, const char* name, Missing missing);

    /// Views into the map are valid until the transaction ends or writes.
    core::Result<std::optional<std::string_view>> get(const ReadTxn& txn,
                                                      std::string_view key) const;
    core::Result<> put(WriteTxn& txn,
                       std::string_view key,
                       std::string_view value,
                       Placement placement = Placement::anywhere) const;
    /// False when there was nothing.
    core::Result<bool> erase(WriteTxn& txn, std::string_view key) const;
    /// Removes keys that begin with `prefix`, at most `limit`; gives how many.
    core::Result<std::size_t> erase_some(WriteTxn& txn,
                                         std::string_view prefix,
                                         std::size_t limit) const;
    /// The greatest key of the table; nothing when it is empty. For Placement::at_end.
    core::Result<std::optional<std::string>> last_key(const ReadTxn& txn) const;
    core::Result<std::uint64_t> count(const ReadTxn& txn) const;
    const char* name() const noexcept { return name_; }

    /// Reads in key order. Ends before its transaction.
    class Cursor {
    public:
        static core::Result<Cursor> open(const RawTable& table, const ReadTxn& txn);
        /// Moves to the first key that is not before `key` ("": of all); false at the end.
        core::Result<bool> seek(std::string_view key);
        core::Result<bool> next();
        /// The last key before `key`; false when there is none.
        core::Result<bool> seek_before(std::string_view key);
        std::string_view key() const noexcept { return key_; }
        /// Checked when it is asked for.
        core::Result<std::string_view> value() const;

    private:
        Cursor(const RawTable& table, const ReadTxn& txn, MDB_cursor* handle)
            : table_(&table), txn_(&txn), handle_(handle) {}
        core::Result<bool> moved(int code, const MDB_val& key, const MDB_val& value);
        struct Close {
            void operator()(MDB_cursor* c) const noexcept { mdb_cursor_close(c); }
        };
        const RawTable* table_;
        const ReadTxn* txn_;
        std::unique_ptr<MDB_cursor, Close> handle_;
        std::string_view key_;
        std::string_view sealed_;
    };

private:
    std::uint32_t sum(std::string_view key, std::string_view value) const noexcept;
    core::Result<std::string_view> unseal(std::string_view key, std::string_view sealed) const;
    std::string doing(const char* verb) const;

    MDB_dbi dbi_ = 0;
    const char* name_ = "";
    std::uint32_t seed_ = 0;
};

}  // namespace overnight::store
