// Any bytes as a recipe; the first half of them also as a row template, the second as the row.
#include "jsonl/record.hpp"
#include "recipe/recipe.hpp"
#include "recipe/row_template.hpp"

#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace overnight;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)recipe::parse_recipe(text, "fuzz.toml", "/");
    const auto half = text.size() / 2;
    const auto compiled = recipe::RowTemplate::compile(text.substr(0, half), "fuzz.toml:1");
    if (!compiled) return 0;
    const auto value = text.substr(half);
    for (const auto kind : {jsonl::ValueKind::text, jsonl::ValueKind::json}) {
        jsonl::Record record;
        record.raw = value;
        for (const auto& name : compiled->columns())
            record.fields.push_back({name, value, kind});
        std::string out;
        (void)compiled->render(record, out);
    }
    return 0;
}
