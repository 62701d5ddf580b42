// Reading of the File message.
#include "emulator/gemini/file_spec.hpp"

#include "core/bytes.hpp"
#include "emulator/gemini/field_name.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace overnight::emulator::gemini {

namespace json = boost::json;

namespace {

constexpr std::size_t max_id = 40;
constexpr std::size_t max_display_name = 512;
constexpr std::array<std::string_view, 4> writable{"name", "display_name", "mime_type",
                                                   "size_bytes"};

core::Error invalid(std::string what) {
    return {core::Errc::invalid_input, std::move(what)};
}

// Of well-formed UTF-8.
std::size_t characters_in(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

bool read_bytes(const json::value& value, FileSpec& spec) {
    std::uint64_t bytes = 0;
    if (value.is_string()) {
        const json::string& text = value.get_string();
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
        if (error != std::errc{} || end != text.data() + text.size()) return false;
    } else if (value.is_int64() && value.get_int64() >= 0) {
        bytes = static_cast<std::uint64_t>(value.get_int64());
    } else {
        return false;
    }
    spec.bytes = bytes;
    return true;
}

core::Result<> read_member(std::string_view snake, const json::value& value, FileSpec& spec) {
    if (snake == "size_bytes") {
        if (!read_bytes(value, spec)) return invalid("Invalid value at 'file.size_bytes'");
        return {};
    }
    if (!value.is_string()) return invalid("Invalid value at 'file." + std::string(snake) + "'");
    std::string text(value.get_string());
    if (snake == "name") {
        // The SDK's form has the prefix; a bare id means the same.
        spec.name = text.empty() || text.starts_with("files/") ? text : "files/" + text;
        if (!text.empty() && !valid_file_name(spec.name))
            return invalid(
                "File name must be at most 40 characters of lowercase letters, numbers and dashes, "
                "and must not begin or end with a dash.");
    } else if (snake == "display_name") {
        if (characters_in(text) > max_display_name)
            return invalid("* CreateFileRequest.file.display_name: at most 512 characters");
        spec.display_name = std::move(text);
    } else {
        spec.mime_type = std::move(text);
    }
    return {};
}

}  // namespace

core::Result<FileSpec> read_file_spec(std::string_view text) {
    FileSpec spec;
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return spec;
    boost::system::error_code error;
    const json::value document = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !document.is_object())
        return invalid("Invalid JSON payload received. Expected an object.");
    for (const auto& member : document.get_object()) {
        if (member.key() != "file")
            return invalid("Invalid JSON payload received. Unknown name \"" +
                           std::string(member.key()) + "\": Cannot find field.");
        if (!member.value().is_object()) return invalid("Invalid value at 'file'");
        for (const auto& field : member.value().get_object()) {
            const std::string snake = snake_case({field.key().data(), field.key().size()});
            if (!has_field(writable, snake))
                return invalid("Invalid JSON payload received. Unknown name \"" +
                               std::string(field.key()) + "\" at 'file': Cannot find field.");
            OVERNIGHT_TRY(read_member(snake, field.value(), spec));
        }
    }
    return spec;
}

bool valid_file_name(std::string_view name) noexcept {
    constexpr std::string_view prefix = "files/";
    if (!name.starts_with(prefix)) return false;
    const std::string_view id = name.substr(prefix.size());
    return !id.empty() && id.size() <= max_id && id.front() != '-' && id.back() != '-' &&
           std::all_of(id.begin(), id.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

std::string random_id(std::size_t n) {
    static constexpr std::string_view characters = "0123456789abcdefghijklmnopqrstuvwxyz";
    std::string id;
    for (const char byte : core::random_bytes(n))
        id += characters[static_cast<unsigned char>(byte) % characters.size()];
    return id;
}

}  // namespace overnight::emulator::gemini
