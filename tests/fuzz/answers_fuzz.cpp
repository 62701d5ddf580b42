// Any text as a model's answer, alone and in a pack: what is taken for an answer is checked again
// and stays the same.
#include "recipe/answer.hpp"
#include "recipe/recipe.hpp"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace overnight;

constexpr const char* text = R"(
[input]
file = "in.csv"
[model]
provider = "openai"
name = "m"
[prompt]
row = "{{text}}"
[answer]
label = ["a", "b"]
count = "integer"
note = "string"
[output]
file = "out.csv"
)";

const recipe::AnswerShape& shape() {
    static auto made = recipe::AnswerShape::make(recipe::parse_recipe(text, "r.toml", "/").value(),
                                                 "/v1/chat/completions", "");
    return made.value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view answer(reinterpret_cast<const char*>(data), size);
    std::string payload;
    std::string again;
    if (shape().check(answer, payload) && (!shape().check(payload, again) || again != payload))
        std::abort();
    std::vector<std::optional<std::string_view>> parts;
    std::string scratch;
    if (!shape().split_pack(answer, 3, scratch, parts)) return 0;
    if (parts.size() != 3) std::abort();
    for (const auto& part : parts)
        if (part && shape().check(*part, payload) &&
            (!shape().check(payload, again) || again != payload))
            std::abort();
    return 0;
}
