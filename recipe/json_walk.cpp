#include "recipe/json_walk.hpp"

#include "core/text.hpp"
#include "jsonl/json_text.hpp"
#include "recipe/json_number.hpp"

#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace overnight::recipe {
namespace {

using core::Errc;
using core::Error;
using core::Result;
namespace od = simdjson::ondemand;

constexpr int deepest = 64;

Error not_json(std::string_view why) {
    return Error(Errc::invalid_input, "not valid JSON: " + std::string(why));
}

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// The value of \uXXXX at `at`, or nothing.
std::optional<unsigned> escaped_unit(std::string_view text, std::size_t at) noexcept {
    if (text.size() < at + 6 || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
    unsigned value = 0;
    for (std::size_t i = at + 2; i < at + 6; ++i) {
        const char c = text[i];
        const unsigned digit = c >= '0' && c <= '9'   ? static_cast<unsigned>(c - '0')
                               : c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a' + 10)
                               : c >= 'A' && c <= 'F' ? static_cast<unsigned>(c - 'A' + 10)
                                                      : 16U;
        if (digit == 16) return std::nullopt;
        value = value << 4 | digit;
    }
    return value;
}

class Walk {
public:
    Walk(JsonVisitor& visitor, RawText raw, std::vector<std::string_view>& keys)
        : visitor_(visitor), raw_(raw), keys_(keys) {}

    /// `node` is a value or the document itself.
    template <class Node>
    Result<> value(Node& node, int depth) {
        od::json_type type{};
        if (const auto code = node.type().get(type)) return failure(code);
        switch (type) {
        case od::json_type::object: {
            od::object object;
            if (const auto code = node.get_object().get(object)) return failure(code);
            return members(object, depth + 1);
        }
        case od::json_type::array: {
            od::array array;
            if (const auto code = node.get_array().get(array)) return failure(code);
            return elements(array, depth + 1);
        }
        case od::json_type::string: {
            std::string_view text;
            if (const auto code = node.get_string().get(text)) return failure(code);
            visitor_.text(text);
            return {};
        }
        case od::json_type::number:
        case od::json_type::boolean:
        case od::json_type::null:
            break;
        }
        std::string_view token;
        if (const auto code =
                simdjson::simdjson_result<std::string_view>(node.raw_json_token()).get(token)) {
            return failure(code);
        }
        return literal(trimmed(token));
    }

private:
    static Error failure(simdjson::error_code code) {
        return not_json(simdjson::error_message(code));
    }
    static Error too_deep() { return not_json("more than 64 levels"); }

    template <class Container>
    Result<std::string_view> raw_of(Container& container) {
        std::string_view raw;
        if (raw_ == RawText::skip) return raw;
        if (const auto code = container.raw_json().get(raw)) return failure(code);
        bool has_children = false;
        if (const auto code = container.reset().get(has_children)) return failure(code);
        return trimmed(raw);
    }

    Result<> members(od::object& object, int depth) {
        if (depth > deepest) return too_deep();
        OVERNIGHT_TRY_ASSIGN(const std::string_view raw, raw_of(object));
        visitor_.begin_object(raw);
        const std::size_t first_key = keys_.size();
        for (auto entry : object) {
            od::field field;
            if (const auto code = std::move(entry).get(field)) return failure(code);
            std::string_view key;
            if (const auto code = field.unescaped_key().get(key)) return failure(code);
            keys_.push_back(key);
            visitor_.key(key);
            OVERNIGHT_TRY(value(field.value(), depth));
        }
        OVERNIGHT_TRY(each_once(first_key));
        visitor_.end();
        return {};
    }

    Result<> elements(od::array& array, int depth) {
        if (depth > deepest) return too_deep();
        OVERNIGHT_TRY_ASSIGN(const std::string_view raw, raw_of(array));
        visitor_.begin_list(raw);
        for (auto entry : array) {
            od::value item;
            if (const auto code = std::move(entry).get(item)) return failure(code);
            OVERNIGHT_TRY(value(item, depth));
        }
        visitor_.end();
        return {};
    }

    /// Refuses a key that occurs twice among those from `first` on, and forgets them.
    Result<> each_once(std::size_t first) {
        const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(first);
        std::sort(begin, keys_.end());
        const auto twice = std::adjacent_find(begin, keys_.end());
        if (twice != keys_.end())
            return not_json("'" + core::printable(*twice, 60) + "' occurs twice");
        keys_.resize(first);
        return {};
    }

    Result<> literal(std::string_view token) {
        if (token == "true" || token == "false") {
            visitor_.literal(jsonl::ValueKind::boolean, token);
        } else if (token == "null") {
            visitor_.literal(jsonl::ValueKind::null, token);
        } else if (!jsonl::is_json_number(token)) {
            return not_json("'" + core::printable(token, 60) + "' is no value");
        } else if (!is_finite_number(token)) {
            return not_json("the number " + core::printable(token, 60) + " is out of range");
        } else {
            visitor_.literal(jsonl::ValueKind::number, token);
        }
        return {};
    }

    JsonVisitor& visitor_;
    RawText raw_;
    std::vector<std::string_view>& keys_;  ///< of the open objects, outermost first
};

}  // namespace

void mend_lone_surrogates(std::string& json) {
    for (std::size_t at = json.find('\\'); at != std::string::npos; at = json.find('\\', at)) {
        const auto unit = escaped_unit(json, at);
        if (!unit) {
            at += 2;
            continue;
        }
        const bool high = *unit >= 0xd800 && *unit <= 0xdbff;
        const bool low = *unit >= 0xdc00 && *unit <= 0xdfff;
        const auto next = high ? escaped_unit(json, at + 6) : std::nullopt;
        if (next && *next >= 0xdc00 && *next <= 0xdfff) {
            at += 12;
            continue;
        }
        if (high || low) json.replace(at + 2, 4, "fffd");
        at += 6;
    }
}

struct JsonWalker::Impl {
    od::parser parser;
    std::string buffer;
    std::vector<std::string_view> keys;
};

JsonWalker::JsonWalker() : impl_(std::make_unique<Impl>()) {}
JsonWalker::JsonWalker(JsonWalker&&) noexcept = default;
JsonWalker& JsonWalker::operator=(JsonWalker&&) noexcept = default;
JsonWalker::~JsonWalker() = default;

Result<> JsonWalker::walk(std::string_view json, JsonVisitor& visitor, RawText raw) {
    std::string& buffer = impl_->buffer;
    buffer = trimmed(json);
    mend_lone_surrogates(buffer);
    const std::size_t size = buffer.size();
    buffer.append(simdjson::SIMDJSON_PADDING, '\0');
    impl_->keys.clear();

    od::document document;
    if (const auto code = impl_->parser.iterate(buffer.data(), size, buffer.size()).get(document)) {
        return not_json(simdjson::error_message(code));
    }
    const char first = size == 0 ? '\0' : buffer[0];
    const bool is_literal = first != '{' && first != '[' && first != '"';
    if (is_literal) {  // a lone literal is the whole text
        std::string_view token;
        if (const auto code =
                simdjson::simdjson_result<std::string_view>(document.raw_json_token()).get(token)) {
            return not_json(simdjson::error_message(code));
        }
        if (trimmed(token).size() != size) return not_json("more than one value");
    }
    Walk walk(visitor, raw, impl_->keys);
    OVERNIGHT_TRY(walk.value(document, 0));
    const char* behind = nullptr;  // the position, unless everything was read
    if (!is_literal && !document.current_location().get(behind))
        return not_json("more text behind the value");
    return {};
}

}  // namespace overnight::recipe
