#include "store/raw_table.hpp"

#include "core/bytes.hpp"
#include "store/lmdb_error.hpp"

namespace overnight::store {
namespace {

using core::Result;

/// What one random read maps: the page, and the neighbours that the kernel maps with it.
constexpr std::size_t touched_by_get = 32u << 10;

MDB_val val(std::string_view s) {
    return {s.size(), const_cast<char*>(s.data())};  // NOLINT: LMDB does not write through it
}
std::string_view view(const MDB_val& v) {
    return {static_cast<const char*>(v.mv_data), v.mv_size};
}

}  // namespace

Result<> RawTable::open(const ReadTxn& txn, const char* name, Missing missing) {
    const unsigned flags = missing == Missing::create ? MDB_CREATE : 0u;
    const int code = mdb_dbi_open(txn.raw(), name, flags, &dbi_);
    if (code == MDB_NOTFOUND)
        return core::Error(core::Errc::not_found, std::string("there is no table ") + name);
    if (code != 0) return lmdb_error(code, std::string("open the table ") + name);
    name_ = name;
    seed_ = core::crc32c(name);
    return {};
}

std::uint32_t RawTable::sum(std::string_view key, std::string_view value) const noexcept {
    return core::crc32c(value, core::crc32c(key, seed_));
}

std::string RawTable::doing(const char* verb) const {
    return std::string(verb) + " the table " + name_;
}

Result<std::string_view> RawTable::unseal(std::string_view key, std::string_view sealed) const {
    if (sealed.size() >= 4) {
        const std::string_view value = sealed.substr(0, sealed.size() - 4);
        core::Reader tail(sealed.substr(sealed.size() - 4));
        if (tail.u32() == sum(key, value)) return value;
    }
    return core::Error(core::Errc::corrupt,
                       std::string("a value of the table ") + name_ + " (key " + core::hex(key) +
                           ") is damaged: keep the state as it is and restore a backup");
}

Result<std::optional<std::string_view>> RawTable::get(const ReadTxn& txn,
                                                      std::string_view key) const {
    MDB_val k = val(key);
    MDB_val v{};
    const int code = mdb_get(txn.raw(), dbi_, &k, &v);
    if (code == MDB_NOTFOUND) return std::optional<std::string_view>{};
    if (code != 0) return lmdb_error(code, doing("read"));
    txn.touched(touched_by_get);
    OVERNIGHT_TRY_ASSIGN(const std::string_view value, unseal(key, view(v)));
    return std::optional<std::string_view>{value};
}

Result<> RawTable::put(WriteTxn& txn,
                       std::string_view key,
                       std::string_view value,
                       Placement placement) const {
    MDB_val k = val(key);
    MDB_val v{value.size() + 4, nullptr};
    const unsigned flags = MDB_RESERVE | (placement == Placement::at_end ? MDB_APPEND : 0u);
    if (const int code = mdb_put(txn.raw(), dbi_, &k, &v, flags))
        return lmdb_error(code, doing("write"));
    txn.touched(value.size());
    auto* to = static_cast<char*>(v.mv_data);
    value.copy(to, value.size());
    std::string tail;
    core::put_u32(tail, sum(key, value));
    tail.copy(to + value.size(), tail.size());
    return {};
}

Result<bool> RawTable::erase(WriteTxn& txn, std::string_view key) const {
    MDB_val k = val(key);
    const int code = mdb_del(txn.raw(), dbi_, &k, nullptr);
    if (code == MDB_NOTFOUND) return false;
    if (code != 0) return lmdb_error(code, doing("erase from"));
    txn.touched(touched_by_get);
    return true;
}

Result<std::size_t> RawTable::erase_some(WriteTxn& txn,
                                         std::string_view prefix,
                                         std::size_t limit) const {
    std::size_t erased = 0;
    while (erased < limit) {
        std::string key;
        {
            OVERNIGHT_TRY_ASSIGN(Cursor cursor, Cursor::open(*this, txn));
            OVERNIGHT_TRY_ASSIGN(const bool found, cursor.seek(prefix));
            if (!found || !cursor.key().starts_with(prefix)) break;
            key = cursor.key();
        }
        OVERNIGHT_TRY(erase(txn, key));
        ++erased;
    }
    return erased;
}

Result<std::optional<std::string>> RawTable::last_key(const ReadTxn& txn) const {
    OVERNIGHT_TRY_ASSIGN(Cursor cursor, Cursor::open(*this, txn));
    OVERNIGHT_TRY_ASSIGN(const bool found, cursor.seek_before(std::string(500, '\xff')));
    if (!found) return std::optional<std::string>{};
    return std::optional<std::string>{std::string(cursor.key())};
}

Result<std::uint64_t> RawTable::count(const ReadTxn& txn) const {
    MDB_stat stat{};
    if (const int code = mdb_stat(txn.raw(), dbi_, &stat)) return lmdb_error(code, doing("count"));
    return static_cast<std::uint64_t>(stat.ms_entries);
}

Result<RawTable::Cursor> RawTable::Cursor::open(const RawTable& table, const ReadTxn& txn) {
    MDB_cursor* handle = nullptr;
    if (const int code = mdb_cursor_open(txn.raw(), table.dbi_, &handle))
        return lmdb_error(code, table.doing("read"));
    return Cursor(table, txn, handle);
}

Result<bool> RawTable::Cursor::moved(int code, const MDB_val& key, const MDB_val& value) {
    key_ = {};
    sealed_ = {};
    if (code == MDB_NOTFOUND) return false;
    if (code != 0) return lmdb_error(code, table_->doing("read"));
    key_ = view(key);
    sealed_ = view(value);
    txn_->touched(key_.size() + sealed_.size());
    return true;
}

Result<bool> RawTable::Cursor::seek(std::string_view key) {
    MDB_val k = val(key);
    MDB_val v{};
    txn_->touched(touched_by_get / 8);
    const MDB_cursor_op where = key.empty() ? MDB_FIRST : MDB_SET_RANGE;
    const int code = mdb_cursor_get(handle_.get(), &k, &v, where);
    return moved(code, k, v);
}

Result<bool> RawTable::Cursor::next() {
    MDB_val k{};
    MDB_val v{};
    const int code = mdb_cursor_get(handle_.get(), &k, &v, MDB_NEXT);
    return moved(code, k, v);
}

Result<bool> RawTable::Cursor::seek_before(std::string_view key) {
    MDB_val k = val(key);
    MDB_val v{};
    int code = mdb_cursor_get(handle_.get(), &k, &v, MDB_SET_RANGE);
    if (code == 0)
        code = mdb_cursor_get(handle_.get(), &k, &v, MDB_PREV);
    else if (code == MDB_NOTFOUND)
        code = mdb_cursor_get(handle_.get(), &k, &v, MDB_LAST);
    return moved(code, k, v);
}

Result<std::string_view> RawTable::Cursor::value() const {
    return table_->unseal(key_, sealed_);
}

}  // namespace overnight::store
