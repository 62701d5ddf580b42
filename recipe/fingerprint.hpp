// A row's fingerprint: SHA-256 over what decides its answer, and nothing else (DESIGN 5).
#pragma once

#include "recipe/answer.hpp"
#include "recipe/recipe.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace overnight::recipe {

/// The first 16 bytes of the SHA-256: among 10^10 rows two unequal ones share them with a chance
/// below 10^-18.
using Fingerprint = std::array<std::uint8_t, 16>;

class Fingerprinter {
public:
    /// `family` is the provider family ("openai"), so that the same model behind two accounts
    /// shares answers.
    Fingerprinter(const Recipe& recipe,
                  std::string_view family,
                  std::string_view endpoint,
                  const AnswerShape& shape);
    Fingerprinter(Fingerprinter&&) noexcept;
    ~Fingerprinter();
    /// Of one rendered row. One thread at a time.
    Fingerprint of(std::string_view row_text);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Of a raw request: the endpoint and the body's bytes.
Fingerprint raw_fingerprint(std::string_view family,
                            std::string_view endpoint,
                            std::string_view body);

}  // namespace overnight::recipe
