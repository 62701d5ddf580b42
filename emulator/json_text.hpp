// JSON written by hand: the emulator's replies and result lines are built straight into strings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace overnight::emulator {

/// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 come out as U+FFFD.
void put_json(std::string& out, std::string_view text);
void put_number(std::string& out, std::int64_t n);
void put_number(std::string& out, std::uint64_t n);
/// Shortest form that reads back as the same double; a finite number is required.
void put_number(std::string& out, double n);

/// Writes one object's members in the order of the calls. Keys are literals of ours and need no
/// escaping.
class ObjectWriter {
public:
    explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }

    ObjectWriter& text(std::string_view key, std::string_view value);
    /// Null when the text is empty.
    ObjectWriter& text_or_null(std::string_view key, std::string_view value);
    ObjectWriter& number(std::string_view key, std::int64_t value);
    /// Null when the number is zero.
    ObjectWriter& number_or_null(std::string_view key, std::int64_t value);
    /// Seconds with milliseconds, from milliseconds.
    ObjectWriter& seconds(std::string_view key, std::int64_t milliseconds);
    /// `json` must be a JSON value.
    ObjectWriter& raw(std::string_view key, std::string_view json);
    void end() { out_ += '}'; }
    /// For a value that the caller appends itself.
    std::string& key(std::string_view key);

private:
    std::string& out_;
    bool first_ = true;
};

}  // namespace overnight::emulator
