// What happens to a batch while it is validating: every line is looked at, nothing runs
// (providers/openai.md 3.7).
#pragma once

#include "core/error.hpp"
#include "emulator/batch_format.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace overnight::emulator::openai {

constexpr std::uint64_t max_batch_lines = 50'000;
constexpr std::uint64_t max_embedding_inputs_per_batch = 50'000;

/// The message that goes with a code of providers/openai.md 3.7.
std::string validation_message(std::string_view code);

/// What the line of an input file must have. The defaults are OpenAI's.
struct LineRules {
    enum class Target { required, optional };  ///< "method" and "url"
    enum class CustomId { required, optional };
    Target target = Target::required;
    CustomId custom_id = CustomId::required;
    /// Whether lines may ask for different models and endpoints, of those that answer with text;
    /// else they are the batch's.
    enum class Mix { refused, allowed };
    Mix mix = Mix::refused;
    std::uint64_t max_lines = max_batch_lines;
    std::string_view model{};  ///< the batch's own, for bodies that name none
};

/// Memory: the custom_ids of the file and one line.
core::Result<Validation> validate(LineReader& lines,
                                  Endpoint endpoint,
                                  const LineRules& rules = {});

}  // namespace overnight::emulator::openai
