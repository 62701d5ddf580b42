#include "recipe/answer_flat.hpp"

#include "core/text.hpp"
#include "jsonl/json_text.hpp"
#include "recipe/json_number.hpp"

#include <algorithm>

namespace overnight::recipe {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using jsonl::ValueKind;

std::string_view wanted_words(FieldType type) noexcept {
    switch (type) {
    case FieldType::string:
        return "a text";
    case FieldType::number:
        return "a number";
    case FieldType::integer:
        return "a whole number";
    case FieldType::boolean:
        return "true or false";
    case FieldType::enumeration:
        return "one of its choices";
    }
    return "";
}

class FlatVisitor final : public JsonVisitor {
public:
    explicit FlatVisitor(const std::vector<AnswerField>& fields)
        : fields_(fields), places_(fields.size()) {}

    void begin_object(std::string_view) override { begin("an object"); }
    void begin_list(std::string_view) override { begin("a list"); }
    void end() override { --depth_; }

    void key(std::string_view name) override {
        if (depth_ != 1) return;
        // Models keep the schema's order, so the member after the last one is tried first.
        if (next_ >= fields_.size() || fields_[next_].name != name) {
            next_ = 0;
            while (next_ < fields_.size() && fields_[next_].name != name)
                ++next_;
        }
        if (next_ == fields_.size())
            fail("the answer has '" + core::printable(name, 60) + "', which was not asked for");
        current_ = next_++;
    }

    void text(std::string_view value) override {
        if (!at_field("a text")) return;
        const AnswerField& field = fields_[current_];
        if (field.type == FieldType::enumeration) {
            if (std::find(field.choices.begin(), field.choices.end(), value) ==
                field.choices.end()) {
                return mismatch("\"" + core::printable(value, 60) + "\"");
            }
        } else if (field.type != FieldType::string) {
            return mismatch("a text");
        }
        const std::size_t begin = values_.size();
        jsonl::append_json_string(values_, value);
        places_[current_] = {begin, values_.size()};
    }

    void literal(ValueKind kind, std::string_view value) override {
        if (!at_field(value)) return;
        const FieldType type = fields_[current_].type;
        const bool number = kind == ValueKind::number;
        const bool good = (type == FieldType::boolean && kind == ValueKind::boolean) ||
                          (type == FieldType::number && number) ||
                          (type == FieldType::integer && number && is_whole_number(value));
        if (!good) return mismatch(core::printable(value, 60));
        const std::size_t begin = values_.size();
        values_ += value;
        places_[current_] = {begin, values_.size()};
    }

    Result<> finish(std::string& payload) const {
        if (!problem_.empty()) return Error(Errc::protocol, problem_);
        payload.assign(1, '{');
        for (std::size_t i = 0; i < fields_.size(); ++i) {
            const auto [begin, end] = places_[i];
            if (begin == end) {
                return Error(Errc::protocol,
                             "the answer lacks '" + core::printable(fields_[i].name) + "'");
            }
            if (i != 0) payload += ',';
            jsonl::append_json_string(payload, fields_[i].name);
            payload += ':';
            payload.append(values_, begin, end - begin);
        }
        payload += '}';
        return {};
    }

private:
    void begin(std::string_view what) {
        if (depth_ == 0 && what != "an object")
            fail("the answer is " + std::string(what) + ", not a JSON object");
        if (depth_ == 1 && current_ < fields_.size()) mismatch(what);
        ++depth_;
    }
    /// True when a plain value stands where a field's value is expected.
    bool at_field(std::string_view what) {
        if (depth_ == 0) fail("the answer is " + core::printable(what, 60) + ", not a JSON object");
        return depth_ == 1 && current_ < fields_.size();
    }
    void mismatch(std::string_view found) {
        const AnswerField& field = fields_[current_];
        fail("'" + core::printable(field.name) + "' must be " +
             std::string(wanted_words(field.type)) + ", not " + std::string(found));
    }
    void fail(std::string text) {
        if (problem_.empty()) problem_ = std::move(text);
    }

    struct Place {
        std::size_t begin = 0;
        std::size_t end = 0;  ///< equal to begin: not seen
    };
    const std::vector<AnswerField>& fields_;
    std::vector<Place> places_;  ///< of each field's JSON text in values_
    std::string values_;
    std::size_t next_ = 0;
    std::size_t current_ = 0;
    int depth_ = 0;
    std::string problem_;  ///< the first one
};

void append_type(std::string& out, const AnswerField& field) {
    switch (field.type) {
    case FieldType::string:
        out += R"({"type":"string"})";
        return;
    case FieldType::number:
        out += R"({"type":"number"})";
        return;
    case FieldType::integer:
        out += R"({"type":"integer"})";
        return;
    case FieldType::boolean:
        out += R"({"type":"boolean"})";
        return;
    case FieldType::enumeration:
        break;
    }
    out += R"({"type":"string","enum":[)";
    for (const std::string& choice : field.choices) {
        if (&choice != &field.choices.front()) out += ',';
        jsonl::append_json_string(out, choice);
    }
    out += "]}";
}

}  // namespace

std::string flat_schema(const std::vector<AnswerField>& fields) {
    std::string properties;
    std::string required;
    for (const AnswerField& field : fields) {
        if (!properties.empty()) {
            properties += ',';
            required += ',';
        }
        jsonl::append_json_string(properties, field.name);
        properties += ':';
        append_type(properties, field);
        jsonl::append_json_string(required, field.name);
    }
    return R"({"type":"object","properties":{)" + properties + R"(},"required":[)" + required +
           R"(],"additionalProperties":false})";
}

Result<> check_flat(const std::vector<AnswerField>& fields,
                    std::string_view json,
                    JsonWalker& walker,
                    std::string& payload) {
    FlatVisitor visitor(fields);
    OVERNIGHT_TRY(walker.walk(json, visitor));
    return visitor.finish(payload);
}

}  // namespace overnight::recipe
