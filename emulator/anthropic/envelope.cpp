// The scanner.
#include "emulator/anthropic/envelope.hpp"

#include "core/text.hpp"
#include "emulator/disk.hpp"

namespace overnight::emulator::anthropic {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

core::Error malformed(std::string what) {
    return {core::Errc::invalid_input, std::move(what)};
}

core::Error not_json() {
    return malformed("The request body is not valid JSON");
}

}  // namespace

core::Result<> EnvelopeScanner::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        if (state_ == State::in_element) {
            OVERNIGHT_TRY_ASSIGN(const std::size_t taken, take(bytes));
            bytes.remove_prefix(taken);
            continue;
        }
        if (state_ == State::in_key || !is_blank(bytes.front())) OVERNIGHT_TRY(step(bytes.front()));
        // The brace that begins an element belongs to it.
        if (state_ != State::in_element) bytes.remove_prefix(1);
    }
    return {};
}

core::Result<> EnvelopeScanner::finish() const {
    if (state_ != State::done) return not_json();
    if (count_ == 0)
        return malformed("requests: List should have at least 1 item after validation, not 0");
    return {};
}

core::Error EnvelopeScanner::not_an_object() const {
    return malformed("requests." + std::to_string(count_) + ": Input should be an object");
}

core::Result<> EnvelopeScanner::step(char c) {
    switch (state_) {
    case State::start:
        if (c != '{') return not_json();
        state_ = State::key_or_end;
        return {};
    case State::key_or_end:
        if (c == '}') return malformed("requests: Field required");
        if (c != '"') return not_json();
        state_ = State::in_key;
        return {};
    case State::in_key:
        if (c != '"') {
            // The one key that there may be has no escapes.
            constexpr std::size_t longest = 64;
            if (c == '\\' || key_.size() == longest)
                return malformed("Extra inputs are not permitted");
            key_ += c;
            return {};
        }
        if (key_ != "requests")
            return malformed(core::printable(key_) + ": Extra inputs are not permitted");
        state_ = State::colon;
        return {};
    case State::colon:
        if (c != ':') return not_json();
        state_ = State::array_start;
        return {};
    case State::array_start:
        if (c != '[') return malformed("requests: Input should be a valid list");
        state_ = State::element_or_end;
        return {};
    case State::element_or_end:
    case State::after_element:
        if (c == ']' && (state_ == State::after_element || count_ == 0)) {
            state_ = State::after_array;
        } else if (c == ',' && state_ == State::after_element) {
            state_ = State::element_or_end;
        } else if (c == '{' && state_ == State::element_or_end) {
            state_ = State::in_element;
        } else {
            return state_ == State::after_element || c == ']' ? not_json() : not_an_object();
        }
        return {};
    case State::after_array:
        if (c == ',') return malformed("Extra inputs are not permitted");
        if (c != '}') return not_json();
        state_ = State::done;
        return {};
    case State::in_element:
    case State::done:
        break;
    }
    return not_json();
}

std::size_t EnvelopeScanner::skip_in_string(std::string_view bytes) {
    if (escaped_) {
        escaped_ = false;
        return 1;
    }
    const std::size_t at = bytes.find_first_of("\"\\");
    if (at == std::string_view::npos) return bytes.size();
    escaped_ = bytes[at] == '\\';
    in_string_ = escaped_;
    return at + 1;
}

core::Result<std::size_t> EnvelopeScanner::take(std::string_view bytes) {
    std::size_t i = 0;
    std::size_t kept = 0;  // so many are in the element
    bool complete = false;
    while (i < bytes.size() && !complete) {
        if (in_string_) {
            i += skip_in_string(bytes.substr(i));
            continue;
        }
        const char c = bytes[i++];
        if (c == '"') {
            in_string_ = true;
        } else if (c == '{' || c == '[') {
            ++depth_;
        } else if (c == '}' || c == ']') {
            complete = --depth_ == 0;
        } else if (c == '\n' || c == '\r') {
            element_ += bytes.substr(kept, i - 1 - kept);
            element_ += ' ';
            kept = i;
        }
    }
    element_ += bytes.substr(kept, i - kept);
    too_large_ = element_.size() > max_request_bytes;
    if (too_large_) return malformed("requests." + std::to_string(count_) + ": it is too large");
    if (complete) OVERNIGHT_TRY(finish_element());
    return i;
}

core::Result<> EnvelopeScanner::finish_element() {
    const std::size_t size = element_.size();
    element_.append(LineReader::padding, '\0');
    OVERNIGHT_TRY(sink_(std::string_view(element_).substr(0, size)));
    element_.clear();
    ++count_;
    state_ = State::after_element;
    return {};
}

}  // namespace overnight::emulator::anthropic
