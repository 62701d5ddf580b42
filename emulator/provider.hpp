// The providers whose dialects the emulator speaks.
#pragma once

#include <optional>
#include <string_view>

namespace overnight::emulator {

enum class Provider { openai, gemini, anthropic, together, mistral, xai };

std::string_view name(Provider provider) noexcept;
std::optional<Provider> provider_of(std::string_view name) noexcept;

}  // namespace overnight::emulator
