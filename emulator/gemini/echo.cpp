// Members that come back.
#include "emulator/gemini/echo.hpp"

#include "emulator/disk.hpp"
#include "emulator/json_text.hpp"
#include "emulator/json_walk.hpp"

#include <boost/json.hpp>

namespace overnight::emulator::gemini {

namespace od = simdjson::ondemand;
namespace json = boost::json;

namespace {

void empty_arrays(json::value& value) {
    if (auto* const array = value.if_array()) {
        array->clear();
    } else if (auto* const object = value.if_object()) {
        for (auto& member : *object)
            empty_arrays(member.value());
    }
}

// Metadata comes back as it was, and so has the key of an inline request whatever else is in it.
void put_member(std::string& out, std::string_view key, std::string_view raw) {
    std::string shown(raw);
    if (key != "metadata") {
        boost::system::error_code error;
        json::value value = json::parse(json::string_view(raw.data(), raw.size()), error);
        if (error) return;
        empty_arrays(value);
        shown = json::serialize(value);
    }
    out += ',';
    put_json(out, key);
    out += ':';
    out += shown;
}

// The line's own members, and those that the service writes beside them.
bool comes_back(std::string_view key) {
    for (const std::string_view own : {"key", "request", "response", "error", "status"}) {
        if (key == own) return false;
    }
    return true;
}

}  // namespace

void EchoReader::put_echo(std::string& out, std::string_view line) {
    od::document document;
    od::value root;
    const simdjson::padded_string_view padded(line, line.size() + LineReader::padding);
    if (parser_.iterate(padded).get(document) != simdjson::SUCCESS ||
        document.get_value().get(root) != simdjson::SUCCESS || !is(root, od::json_type::object))
        return;
    members(root, [&](std::string_view key, od::value value) {
        if (!comes_back(key)) return;
        std::string_view raw;
        if (simdjson::to_json_string(value).get(raw) == simdjson::SUCCESS)
            put_member(out, key, raw);
    });
}

}  // namespace overnight::emulator::gemini
