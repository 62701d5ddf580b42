// What an answer depends on, read from a request's body in whichever dialect it has.
#pragma once

#include "emulator/api_error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::emulator {

/// Views point into the parser's buffers and into the body: valid until the reader reads another
/// body.
struct Prompt {
    enum class Format { text, json_object, json_schema };

    std::string model;
    std::string user_text;         ///< of the last user message, or the last input
    std::uint64_t text_bytes = 0;  ///< of everything that counts as input
    std::uint64_t messages = 0;
    bool has_input = false;  ///< messages, or input, are there at all
    std::optional<std::uint64_t> max_output_tokens;
    Format format = Format::text;
    std::string_view schema;  ///< JSON text of the answer's schema
    bool strict = false;
    std::string service_tier;
    bool stream = false;

    std::vector<std::string> inputs;       ///< of embeddings and moderations
    std::uint64_t input_tokens_given = 0;  ///< of embeddings whose inputs are token numbers
    std::uint64_t dimensions = 0;
    bool base64 = false;

    /// The emulator's tokenizer: four bytes a token, three more a message.
    std::uint64_t input_tokens() const noexcept;
    void clear();
};

}  // namespace overnight::emulator
