// Tokens as providers report them.
#pragma once

#include <cstdint>

namespace overnight::model {

struct Usage {
    std::uint64_t input_tokens = 0;  ///< all input, cached included
    std::uint64_t cached_input_tokens =
        0;  ///< the part of it that was read from the provider's prompt cache
    std::uint64_t output_tokens = 0;  ///< reasoning included

    Usage& operator+=(const Usage& o) noexcept {
        input_tokens += o.input_tokens;
        cached_input_tokens += o.cached_input_tokens;
        output_tokens += o.output_tokens;
        return *this;
    }
    friend bool operator==(const Usage&, const Usage&) = default;
};

}  // namespace overnight::model
