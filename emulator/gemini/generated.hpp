// GenerateContentResponse and the answers of embeddings, as JSON (providers/gemini.md 3, 8).
#pragma once

#include "emulator/hashing.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::emulator::gemini {

/// Token numbers as they are shown, which a rule may falsify: what is zero is left out but for the
/// prompt's.
struct Usage {
    std::int64_t prompt = 0;
    std::int64_t candidates = 0;
    std::int64_t thoughts = 0;
    std::int64_t cached = 0;
    bool absent = false;
};

/// A GenerateContentResponse.
struct Generated {
    enum class Shape {
        full,          ///< one candidate with a text
        no_parts,      ///< a candidate whose content has no parts
        no_candidates  ///< neither candidates nor a reason
    };

    Shape shape = Shape::full;
    std::string_view text;
    std::string_view thoughts;  ///< shown as a part of its own; empty: not shown
    std::string_view finish_reason = "STOP";
    std::string_view block_reason;  ///< not empty: the prompt was blocked, there are no candidates
    std::string_view model;
    Usage usage;
};

/// `id` makes the responseId.
void put_generated(std::string& out, const Generated& response, const Sha256& id);

/// `{"values":[...]}`, the vector of an embedding.
void put_embedding(std::string& out, std::string_view text, std::size_t dimensions);

}  // namespace overnight::emulator::gemini
