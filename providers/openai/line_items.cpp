#include "providers/openai/line_items.hpp"

#include "core/bytes.hpp"
#include "providers/json_parts.hpp"
#include "providers/line_values.hpp"
#include "providers/number_list.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

namespace overnight::providers::openai {
namespace {

using simdjson::error_code;
using simdjson::SUCCESS;

void append_shortest(std::string& out, float value) {
    std::array<char, 32> text{};
    const auto [end, code] = std::to_chars(text.data(), text.data() + text.size(), value);
    if (code == std::errc{}) out.append(text.data(), end);
}

struct Vector {
    std::optional<std::uint64_t> index;
    std::string text;
};

error_code read_vector(od::value entry, Vector& out, bool& good) {
    return each_member(entry, [&](std::string_view key, od::value v) -> error_code {
        if (key == "index") {
            std::uint64_t index = 0;
            if (!v.get_uint64().get(index)) out.index = index;
            return SUCCESS;
        }
        if (key != "embedding") return SUCCESS;
        od::json_type type{};
        if (const auto code = v.type().get(type)) return code;
        if (type == od::json_type::array) return append_numbers(out.text, v, good);
        std::string_view packed;
        if (const auto code = read_text(v, packed)) return code;
        good = good && append_packed_floats(out.text, packed);
        return SUCCESS;
    });
}

}  // namespace

bool append_packed_floats(std::string& out, std::string_view base64) {
    const auto bytes = core::unbase64(base64);
    if (!bytes || bytes->empty() || bytes->size() % 4 != 0) return false;
    const std::size_t start = out.size();
    for (std::size_t at = 0; at < bytes->size(); at += 4) {
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 4; ++i)
            bits |= std::uint32_t{static_cast<unsigned char>((*bytes)[at + i])} << (8 * i);
        const auto number = std::bit_cast<float>(bits);
        if (!std::isfinite(number)) {
            out.resize(start);
            return false;
        }
        out.push_back(at == 0 ? '[' : ',');
        append_shortest(out, number);
    }
    out.push_back(']');
    return true;
}

error_code read_vectors(od::value data, std::vector<std::string>& items, bool& damaged) {
    std::vector<Vector> vectors;
    bool good = true;
    const auto code = each_element(
        data, [&](od::value entry) { return read_vector(entry, vectors.emplace_back(), good); });
    if (code) return code;
    items.assign(vectors.size(), {});
    for (auto& vector : vectors) {
        good = good && vector.index && *vector.index < items.size() && !vector.text.empty() &&
               items[*vector.index].empty();
        if (!good) break;
        items[*vector.index] = std::move(vector.text);
    }
    damaged = damaged || !good;
    return SUCCESS;
}

error_code read_scores(od::value results, std::vector<std::string>& items, bool& damaged) {
    items.clear();
    return each_element(results, [&](od::value entry) -> error_code {
        od::object object;
        if (const auto code = entry.get_object().get(object)) {
            damaged = true;
            return forgive_type(code);
        }
        std::string_view raw;
        if (const auto code = object.raw_json().get(raw)) return code;
        raw = without_blanks(raw);
        damaged = damaged || !json_members(raw);
        items.emplace_back(raw);
        return SUCCESS;
    });
}

}  // namespace overnight::providers::openai
