// A prompt's tokens.
#include "emulator/prompt.hpp"

namespace overnight::emulator {

std::uint64_t Prompt::input_tokens() const noexcept {
    const std::uint64_t text = (text_bytes + 3) / 4 + input_tokens_given;
    return messages == 0 ? text : text + 3 * messages + 3;
}

void Prompt::clear() {
    model.clear();
    user_text.clear();
    text_bytes = messages = 0;
    has_input = false;
    max_output_tokens.reset();
    format = Format::text;
    schema = {};
    strict = false;
    service_tier.clear();
    stream = false;
    inputs.clear();
    input_tokens_given = dimensions = 0;
    base64 = false;
}

}  // namespace overnight::emulator
