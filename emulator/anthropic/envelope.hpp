// The body of a create, taken apart while it is read:
// `{"requests":[{"custom_id":..,"params":{..}}]}` may have 256 MB (providers/anthropic.md 2.2).
#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace overnight::emulator::anthropic {

constexpr std::uint64_t max_envelope_bytes = 256'000'000;
constexpr std::uint64_t max_requests = 100'000;
/// A bound of the emulator's own, for its memory.
constexpr std::size_t max_request_bytes = 32u << 20;

/// Fed with pieces of any size. Memory: one element.
class EnvelopeScanner {
public:
    /// Gets the text of one element of "requests", an object by its braces and perhaps by nothing
    /// else, on one line: line ends between its tokens have become blanks. LineReader::padding
    /// readable bytes stand behind it.
    using Sink = std::function<core::Result<>(std::string_view element)>;

    explicit EnvelopeScanner(Sink sink) : sink_(std::move(sink)) {}

    /// Errc::invalid_input for what is not such an object; what the sink answers is passed on.
    core::Result<> feed(std::string_view bytes);
    /// Errc::invalid_input when the object is not complete, or has no requests.
    core::Result<> finish() const;
    /// The error was one of size.
    bool too_large() const noexcept { return too_large_; }

private:
    enum class State {
        start,
        key_or_end,
        in_key,
        colon,
        array_start,
        element_or_end,
        in_element,
        after_element,
        after_array,
        done
    };

    core::Result<> step(char c);
    /// Takes what belongs to the element from the front of `bytes`; says how much that was.
    core::Result<std::size_t> take(std::string_view bytes);
    /// How much of `bytes` belongs to the string, with the quote that ends it.
    std::size_t skip_in_string(std::string_view bytes);
    core::Result<> finish_element();
    core::Error not_an_object() const;

    Sink sink_;
    State state_ = State::start;
    std::string key_;
    std::string element_;
    std::uint64_t count_ = 0;  ///< of elements that are complete
    unsigned depth_ = 0;
    bool in_string_ = false;
    bool escaped_ = false;
    bool too_large_ = false;
};

}  // namespace overnight::emulator::anthropic
