// Keys as bytes: fixed width, big-endian, so that memcmp order is logical order and no comparator
// is ever set. A text is behind its one-byte length: accounts group together, in no order that
// matters.
#pragma once

#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "core/ids.hpp"
#include "model/attempt.hpp"
#include "model/shard.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>

namespace overnight::store {

inline constexpr std::size_t longest_text_in_key = 200;

inline void put_key(std::string& out, std::uint8_t v) {
    core::put_u8(out, v);
}
inline void put_key(std::string& out, std::uint16_t v) {
    core::put_u16(out, v);
}
inline void put_key(std::string& out, std::uint32_t v) {
    core::put_u32(out, v);
}
inline void put_key(std::string& out, std::uint64_t v) {
    core::put_u64(out, v);
}
inline void take_key(core::Reader& in, std::uint8_t& v) {
    v = in.u8();
}
inline void take_key(core::Reader& in, std::uint16_t& v) {
    v = in.u16();
}
inline void take_key(core::Reader& in, std::uint32_t& v) {
    v = in.u32();
}
inline void take_key(core::Reader& in, std::uint64_t& v) {
    v = in.u64();
}

template <class E>
requires std::is_enum_v<E>
void put_key(std::string& out, E v) {
    put_key(out, static_cast<std::underlying_type_t<E>>(v));
}
template <class E>
requires std::is_enum_v<E>
void take_key(core::Reader& in, E& v) {
    std::underlying_type_t<E> number{};
    take_key(in, number);
    v = static_cast<E>(number);
}

template <class Tag, class Rep>
void put_key(std::string& out, core::NumberId<Tag, Rep> id) {
    put_key(out, id.v);
}
template <class Tag, class Rep>
void take_key(core::Reader& in, core::NumberId<Tag, Rep>& id) {
    take_key(in, id.v);
}

/// At most longest_text_in_key bytes: the verbs check it.
template <class Tag>
void put_key(std::string& out, const core::TextId<Tag>& id) {
    core::put_u8(out, static_cast<std::uint8_t>(id.v.size()));
    out += id.v;
}
template <class Tag>
void take_key(core::Reader& in, core::TextId<Tag>& id) {
    id.v = std::string(in.raw(in.u8()));
}

/// The sign bit is turned round, so that times before 1970 sort before the others.
inline constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;
inline void put_key(std::string& out, core::TimePoint t) {
    put_key(out, static_cast<std::uint64_t>(t.time_since_epoch().count()) ^ sign_bit);
}
inline void take_key(core::Reader& in, core::TimePoint& t) {
    t = core::TimePoint(core::Duration(static_cast<std::int64_t>(in.u64() ^ sign_bit)));
}

inline void put_key(std::string& out, const model::ShardKey& k) {
    put_key(out, k.job);
    put_key(out, k.shard);
}
inline void take_key(core::Reader& in, model::ShardKey& k) {
    take_key(in, k.job);
    take_key(in, k.shard);
}
inline void put_key(std::string& out, const model::AttemptKey& k) {
    put_key(out, k.shard_key());
    put_key(out, k.attempt);
}
inline void take_key(core::Reader& in, model::AttemptKey& k) {
    take_key(in, k.job);
    take_key(in, k.shard);
    take_key(in, k.attempt);
}

template <class... Parts>
void put_key(std::string& out, const std::tuple<Parts...>& key) {
    std::apply([&](const auto&... part) { (put_key(out, part), ...); }, key);
}
template <class... Parts>
void take_key(core::Reader& in, std::tuple<Parts...>& key) {
    std::apply([&](auto&... part) { (take_key(in, part), ...); }, key);
}

/// The bytes of a key, or of the beginning of one.
template <class... Parts>
std::string key_bytes(const Parts&... parts) {
    std::string out;
    (put_key(out, parts), ...);
    return out;
}

}  // namespace overnight::store
