// Single members of a control reply, read with suspicion. For the adapters' wire files.
#pragma once

#include "core/error.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace overnight::providers {

/// Nothing for what is not one JSON value of at most 64 levels. Throws nothing but std::bad_alloc.
std::optional<boost::json::value> parse_json(std::string_view text);

const boost::json::object* object_at(const boost::json::object& o, const char* name) noexcept;
const boost::json::array* list_at(const boost::json::object& o, const char* name) noexcept;

/// A string's text; a number as text; "" for all else.
std::string text_at(const boost::json::object& o, const char* name);

/// A count, also when it is written as 5.0 or "5"; nothing for all else.
std::optional<std::uint64_t> count_of(const boost::json::value& v);
std::uint64_t count_at(const boost::json::object& o, const char* name);  ///< 0 for nothing
/// Unix seconds; 0 for nothing, and for what lies behind the year 9999.
std::int64_t time_at(const boost::json::object& o, const char* name);

/// Unix seconds of an RFC 3339 time with any fraction and any offset
/// ("2026-06-22T15:40:08.48+00:00"), or of a number, as time_at() takes it; 0 for nothing.
std::int64_t date_at(const boost::json::object& o, const char* name);

/// `text`, cut to at most `max` bytes without splitting a UTF-8 character.
std::string_view cut_utf8(std::string_view text, std::size_t max) noexcept;
constexpr std::size_t kept_message_bytes = 2'048;  ///< of a provider's words

/// A string of 1..1024 bytes, 0x21..0x7e each: what may stand in a target or a log. Errc::protocol.
core::Result<std::string> required_id(const boost::json::object& o, const char* name);
/// As required_id(); "" for null, absent and "" (openai.md 0, item 5).
core::Result<std::string> optional_id(const boost::json::object& o, const char* name);

}  // namespace overnight::providers
