// A typed table: the definition names it and its key and value; the bytes are RawTable's.
#pragma once

#include "core/error.hpp"
#include "store/codecs.hpp"
#include "store/key.hpp"
#include "store/raw_table.hpp"
#include "store/txn.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace overnight::store {

template <class Def>
class Table {
public:
    using Key = typename Def::Key;
    using Value = typename Def::Value;

    core::Result<> open(const ReadTxn& txn, Missing missing) {
        return raw_.open(txn, Def::name, missing);
    }

    core::Result<std::optional<Value>> get(const ReadTxn& txn, const Key& key) const {
        const std::string k = key_bytes(key);
        OVERNIGHT_TRY_ASSIGN(const auto bytes, raw_.get(txn, k));
        if (!bytes) return std::optional<Value>{};
        Value value{};
        if (!decode_row(*bytes, value)) return undecodable(k);
        return std::optional<Value>{std::move(value)};
    }

    core::Result<> put(WriteTxn& txn,
                       const Key& key,
                       const Value& value,
                       Placement placement = Placement::anywhere) const {
        std::string bytes;
        encode_row(bytes, value);
        return raw_.put(txn, key_bytes(key), bytes, placement);
    }

    core::Result<bool> erase(WriteTxn& txn, const Key& key) const {
        return raw_.erase(txn, key_bytes(key));
    }

    /// Values whose key begins with `prefix`, from `from` on (key_bytes of a key's first parts), in
    /// key order, until `each(key, value)` returns false.
    template <class Each>
    core::Result<> scan(const ReadTxn& txn,
                        std::string_view prefix,
                        std::string_view from,
                        Each&& each) const {
        OVERNIGHT_TRY_ASSIGN(RawTable::Cursor cursor, RawTable::Cursor::open(raw_, txn));
        OVERNIGHT_TRY_ASSIGN(bool more, cursor.seek(from));
        while (more && cursor.key().starts_with(prefix)) {
            OVERNIGHT_TRY_ASSIGN(const std::string_view bytes, cursor.value());
            Key key{};
            Value value{};
            if (!decode_key(cursor.key(), key) || !decode_row(bytes, value))
                return undecodable(cursor.key());
            if (!each(key, value)) break;
            OVERNIGHT_TRY_ASSIGN(more, cursor.next());
        }
        return {};
    }
    template <class Each>
    core::Result<> scan(const ReadTxn& txn, std::string_view prefix, Each&& each) const {
        return scan(txn, prefix, prefix, std::forward<Each>(each));
    }

    static bool decode_key(std::string_view bytes, Key& key) {
        core::Reader in(bytes);
        take_key(in, key);
        return in.done();
    }
    const RawTable& raw() const noexcept { return raw_; }

private:
    static core::Error undecodable(std::string_view key) {
        return {core::Errc::corrupt, std::string("a value of the table ") + Def::name + " (key " +
                                         core::hex(key) +
                                         ") is of a newer version or damaged: keep the state as it "
                                         "is"};
    }
    RawTable raw_;
};

/// Looks up ascending keys in a table of which most have none: seeks only when it must.
template <class Def>
class Probe {
public:
    static core::Result<Probe> open(const Table<Def>& table, const ReadTxn& txn) {
        OVERNIGHT_TRY_ASSIGN(auto cursor, RawTable::Cursor::open(table.raw(), txn));
        return Probe(std::move(cursor));
    }
    /// `key` is not before the one asked last. The table may be changed in between before `key`.
    core::Result<std::optional<typename Def::Value>> at(const typename Def::Key& key) {
        using Found = std::optional<typename Def::Value>;
        const std::string wanted = key_bytes(key);
        if (!started_ || (!at_end_ && here_ <= wanted)) {
            started_ = true;
            OVERNIGHT_TRY_ASSIGN(const bool found, cursor_.seek(wanted));
            at_end_ = !found;
            here_ = cursor_.key();
            if (found && here_ == wanted) {
                OVERNIGHT_TRY_ASSIGN(const std::string_view bytes, cursor_.value());
                typename Def::Value value{};
                if (!decode_row(bytes, value))
                    return core::Error(core::Errc::corrupt, std::string("a value of the table ") +
                                                                Def::name + " cannot be read");
                value_ = std::move(value);
            }
        }
        if (at_end_ || here_ != wanted) return Found{};
        return Found{value_};
    }

private:
    explicit Probe(RawTable::Cursor cursor) : cursor_(std::move(cursor)) {}
    RawTable::Cursor cursor_;
    std::string here_;
    typename Def::Value value_{};
    bool started_ = false;
    bool at_end_ = false;
};

}  // namespace overnight::store
