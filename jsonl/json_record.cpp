#include "jsonl/json_record.hpp"

#include "core/text.hpp"
#include "jsonl/input_buffer.hpp"
#include "jsonl/json_text.hpp"
#include "jsonl/utf8_repair.hpp"

#include <simdjson.h>

#include <algorithm>

namespace overnight::jsonl {
namespace {

namespace ondemand = simdjson::ondemand;
using Problem = std::optional<JsonProblem>;

static_assert(InputBuffer::padding_bytes >= simdjson::SIMDJSON_PADDING);

constexpr std::size_t longest_number = 1'000;  // characters; longer is not a quantity
constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view token) {
    const std::size_t last = token.find_last_not_of(blanks);
    return token.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// An equal pair among `names`, or null.
const std::string_view* duplicate(std::span<std::string_view> names) {
    if (names.size() <= 24) {
        for (std::size_t i = 1; i < names.size(); ++i)
            for (std::size_t k = 0; k < i; ++k)
                if (names[i] == names[k]) return &names[i];
        return nullptr;
    }
    std::sort(names.begin(), names.end());
    const auto pair = std::adjacent_find(names.begin(), names.end());
    return pair == names.end() ? nullptr : &*pair;
}

std::string in_words(simdjson::error_code code) {
    switch (code) {
    case simdjson::UNCLOSED_STRING:
        return "a string is not closed";
    case simdjson::UNESCAPED_CHARS:
        return "a string holds a control character that is not escaped";
    case simdjson::STRING_ERROR:
        return "a string holds a bad escape or half a surrogate pair";
    case simdjson::UTF8_ERROR:
        return "the bytes are not UTF-8";
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
        return "an object or array is not closed";
    case simdjson::EMPTY:
        return "there is no value";
    default:
        return "this is not valid JSON";
    }
}

}  // namespace

struct JsonObjectParser::Impl {
    explicit Impl(const Limits& l) : limits(l) {}

    // Set by parse() for the line at hand.
    std::string_view line;
    ondemand::document document;
    bool has_escapes = false;

    Limits limits;
    ondemand::parser parser;
    std::vector<std::string_view> names;  ///< of the objects being walked, innermost last

    std::size_t offset(const char* p) const {
        const auto n = p - line.data();
        return n < 0 ? 0 : std::min(static_cast<std::size_t>(n), line.size());
    }
    std::size_t here() {
        const char* p = nullptr;
        return document.current_location().get(p) == simdjson::SUCCESS ? offset(p) : line.size();
    }
    JsonProblem problem(simdjson::error_code code) { return {in_words(code), here()}; }
    JsonProblem named_twice(std::string_view name) const {
        // The key as it most likely stands there; one with escapes is shown at the start of the
        // line.
        const std::size_t at = line.rfind('"' + std::string(name) + '"');
        return {"an object has two members named \"" + core::printable(name, 60) + "\"",
                at == std::string_view::npos ? 0 : at};
    }
    Problem text(ondemand::value& value, std::string_view& out) {
        if (const auto code = value.get_string().get(out)) return problem(code);
        return surrogates(out);
    }
    /// simdjson lets the second half of a pair pass on its own; what comes out then is not UTF-8.
    Problem surrogates(std::string_view decoded) {
        if (has_escapes && !is_utf8(decoded)) return problem(simdjson::STRING_ERROR);
        return {};
    }
    Problem scalar(ondemand::value& value, ondemand::json_type type, Field& out);
    Problem walk(ondemand::value value, int depth);
    Problem walk_object(ondemand::object object, int depth);
    Problem member(ondemand::field field, Field& out);
    Problem object(std::span<const std::string> usual, std::vector<Field>& out);
};

Problem JsonObjectParser::Impl::scalar(ondemand::value& value,
                                       ondemand::json_type type,
                                       Field& out) {
    if (type == ondemand::json_type::string) {
        out.kind = ValueKind::text;
        return text(value, out.value);
    }
    const std::string_view token = trimmed(value.raw_json_token());
    out.value = token;
    bool good = false;
    if (type == ondemand::json_type::number) {
        out.kind = ValueKind::number;
        if (token.size() > longest_number)
            return JsonProblem{"a number has more than 1,000 digits", offset(token.data())};
        good = is_json_number(token);
    } else if (type == ondemand::json_type::boolean) {
        out.kind = ValueKind::boolean;
        good = token == "true" || token == "false";
    } else {
        out.kind = ValueKind::null;
        out.value = {};
        good = token == "null";
    }
    if (!good)
        return JsonProblem{
            "this is not a JSON value (text needs quotes; NaN and Infinity do not exist)",
            offset(token.data())};
    return {};
}

Problem JsonObjectParser::Impl::walk_object(ondemand::object object, int depth) {
    const std::size_t base = names.size();
    for (auto item : object) {
        ondemand::field field;
        std::string_view key;
        if (const auto code = std::move(item).get(field)) return problem(code);
        if (const auto code = field.unescaped_key().get(key)) return problem(code);
        if (auto bad = surrogates(key)) return bad;
        if (names.size() - base == limits.fields)
            return JsonProblem{"the object has too many members", here()};
        names.push_back(key);
        if (auto bad = walk(field.value(), depth)) return bad;
    }
    if (const auto* twice = duplicate(std::span(names).subspan(base))) return named_twice(*twice);
    names.resize(base);
    return {};
}

/// Checks a value that is kept as its text.
Problem JsonObjectParser::Impl::walk(ondemand::value value, int depth) {
    ondemand::json_type type;
    if (const auto code = value.type().get(type)) return problem(code);
    if (type != ondemand::json_type::object && type != ondemand::json_type::array) {
        Field ignored;
        return scalar(value, type, ignored);
    }
    if (depth >= limits.depth) return JsonProblem{"the nesting is too deep", here()};
    if (type == ondemand::json_type::object) {
        ondemand::object object;
        if (const auto code = value.get_object().get(object)) return problem(code);
        return walk_object(object, depth + 1);
    }
    ondemand::array array;
    if (const auto code = value.get_array().get(array)) return problem(code);
    for (auto item : array) {
        ondemand::value element;
        if (const auto code = std::move(item).get(element)) return problem(code);
        if (auto bad = walk(element, depth + 1)) return bad;
    }
    return {};
}

Problem JsonObjectParser::Impl::member(ondemand::field field, Field& out) {
    if (const auto code = field.unescaped_key().get(out.name)) return problem(code);
    if (auto bad = surrogates(out.name)) return bad;
    ondemand::value value = field.value();
    ondemand::json_type type;
    if (const auto code = value.type().get(type)) return problem(code);
    if (type != ondemand::json_type::object && type != ondemand::json_type::array)
        return scalar(value, type, out);
    out.kind = ValueKind::json;
    const std::size_t begin = offset(value.raw_json_token().data());
    if (auto bad = walk(value, 1)) return bad;
    // The next token belongs to the object around; what lies between is the value and blanks.
    out.value = trimmed(line.substr(begin, here() - begin));
    return {};
}

Problem JsonObjectParser::Impl::object(std::span<const std::string> usual,
                                       std::vector<Field>& out) {
    ondemand::object object;
    if (document.get_object().get(object)) {
        // simdjson looks at the last token first.
        return JsonProblem{
            "the line does not end with the object's closing brace: close the object, or remove "
            "what follows it",
            trimmed(line).size() - 1};
    }
    std::size_t count = 0;
    bool as_usual = true;
    for (auto item : object) {
        ondemand::field field;
        if (const auto code = std::move(item).get(field)) return problem(code);
        if (count == limits.fields) return JsonProblem{"the object has too many members", here()};
        if (count == out.size()) out.emplace_back();
        Field& to = out[count];
        if (auto bad = member(field, to)) return bad;
        as_usual = as_usual && count < usual.size() && to.name == usual[count];
        ++count;
    }
    out.resize(count);
    const char* behind = nullptr;
    if (document.current_location().get(behind) == simdjson::SUCCESS)
        return JsonProblem{"something follows the object", offset(behind)};
    if (as_usual) return {};
    names.clear();
    for (const Field& field : out)
        names.push_back(field.name);
    if (const auto* twice = duplicate(names)) return named_twice(*twice);
    return {};
}

JsonObjectParser::JsonObjectParser(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {}
JsonObjectParser::JsonObjectParser(JsonObjectParser&&) noexcept = default;
JsonObjectParser::~JsonObjectParser() = default;

Problem JsonObjectParser::parse(std::string_view line,
                                std::span<const std::string> usual,
                                std::vector<Field>& out) {
    Impl& impl = *impl_;
    impl.line = line;
    impl.names.clear();
    const std::size_t first = line.find_first_not_of(blanks);
    if (first == std::string_view::npos || line[first] != '{')
        return JsonProblem{"each line must be one JSON object, {...}",
                           first == std::string_view::npos ? 0 : first};
    impl.has_escapes = line.find('\\') != std::string_view::npos;
    const auto padded = line.size() + simdjson::SIMDJSON_PADDING;
    if (const auto code =
            impl.parser.iterate(line.data(), line.size(), padded).get(impl.document)) {
        JsonProblem bad{in_words(code), line.size()};
        if (code == simdjson::UNESCAPED_CHARS) {
            const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
            bad.at = static_cast<std::size_t>(std::find_if(line.begin(), line.end(), control) -
                                              line.begin());
        }
        return bad;
    }
    return impl.object(usual, out);
}

}  // namespace overnight::jsonl
