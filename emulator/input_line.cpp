// Input lines.
#include "emulator/input_line.hpp"

#include "emulator/disk.hpp"

namespace overnight::emulator {

namespace od = simdjson::ondemand;

static_assert(LineReader::padding >= simdjson::SIMDJSON_PADDING);

bool InputLineReader::is_json(std::string_view line) {
    // The line has its padding behind it, so that the parser need not copy it.
    simdjson::dom::element root;
    return whole_.parse(line.data(), line.size(), false).get(root) == simdjson::SUCCESS &&
           root.is_object();
}

bool InputLineReader::read(std::string_view line, InputLine& parsed) {
    parsed = {};
    od::document document;
    od::object object;
    const simdjson::padded_string_view padded(line, line.size() + LineReader::padding);
    if (fields_.iterate(padded).get(document) != simdjson::SUCCESS) return false;
    if (document.get_object().get(object) != simdjson::SUCCESS) return false;
    for (auto field : object) {
        std::string_view key;
        od::value value;
        od::json_type type{};
        if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
        if (field.value().get(value) != simdjson::SUCCESS ||
            value.type().get(type) != simdjson::SUCCESS)
            return false;
        const auto take = [&](std::string_view& text, bool& has) {
            has =
                type == od::json_type::string && value.get_string().get(text) == simdjson::SUCCESS;
        };
        if (key == names_.id) {
            take(parsed.custom_id, parsed.has_custom_id);
        } else if (key == "method") {
            take(parsed.method, parsed.has_method);
        } else if (key == "url") {
            take(parsed.url, parsed.has_url);
        } else if (key == names_.body && type == od::json_type::object) {
            od::object body;
            parsed.has_body = value.get_object().get(body) == simdjson::SUCCESS &&
                              body.raw_json().get(parsed.body) == simdjson::SUCCESS;
        } else if (key != names_.body) {
            parsed.has_more = true;
        }
    }
    // The raw text of an object runs to the next token: what follows the brace is not the body's.
    const std::size_t end = parsed.body.rfind('}');
    if (parsed.has_body && end != std::string_view::npos)
        parsed.body = parsed.body.substr(0, end + 1);
    return true;
}

}  // namespace overnight::emulator
