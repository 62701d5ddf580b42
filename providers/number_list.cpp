#include "providers/number_list.hpp"

#include "jsonl/json_text.hpp"
#include "providers/line_values.hpp"

#include <array>
#include <charconv>

namespace overnight::providers {

simdjson::error_code append_numbers(std::string& out, od::value list, bool& good) {
    out.push_back('[');
    const auto code = each_element(list, [&](od::value element) -> simdjson::error_code {
        const std::string_view token = without_blanks(element.raw_json_token());
        double number = 0;
        const auto read = std::from_chars(token.data(), token.data() + token.size(), number);
        good = good && jsonl::is_json_number(token) && read.ec == std::errc{};
        if (!good) return simdjson::SUCCESS;
        if (out.back() != '[') out.push_back(',');
        std::array<char, 32> text{};
        const auto [end, failed] = std::to_chars(text.data(), text.data() + text.size(), number);
        if (failed == std::errc{}) out.append(text.data(), end);
        return simdjson::SUCCESS;
    });
    good = good && out.back() != '[';
    out.push_back(']');
    return code;
}

}  // namespace overnight::providers
