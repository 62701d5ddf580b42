#include "recipe/compact_json.hpp"

#include "jsonl/json_text.hpp"
#include "recipe/json_number.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace overnight::recipe {
namespace json = boost::json;

void append_json(std::string& out, const json::value& value) {
    switch (value.kind()) {
    case json::kind::object: {
        out += '{';
        bool first = true;
        for (const auto& member : value.get_object()) {
            if (!first) out += ',';
            first = false;
            append_member(out, {member.key().data(), member.key().size()}, member.value());
        }
        out += '}';
        return;
    }
    case json::kind::array: {
        out += '[';
        bool first = true;
        for (const json::value& item : value.get_array()) {
            if (!first) out += ',';
            first = false;
            append_json(out, item);
        }
        out += ']';
        return;
    }
    case json::kind::string:
        jsonl::append_json_string(out, {value.get_string().data(), value.get_string().size()});
        return;
    case json::kind::int64:
        out += std::to_string(value.get_int64());
        return;
    case json::kind::uint64:
        out += std::to_string(value.get_uint64());
        return;
    case json::kind::double_:
        append_double(out, value.get_double());
        return;
    case json::kind::bool_:
        out += value.get_bool() ? "true" : "false";
        return;
    case json::kind::null:
        out += "null";
        return;
    }
}

void append_member(std::string& out, std::string_view name, const json::value& value) {
    jsonl::append_json_string(out, name);
    out += ':';
    append_json(out, value);
}

void CompactWriter::before_value() {
    if (!open_.empty() && open_.back() == ']') {
        if (!first_) out_ += ',';
        first_ = false;
    }
}

void CompactWriter::after_value() {
    if (open_.size() == 1 && open_.back() == '}') members_.back().end = out_.size();
}

void CompactWriter::begin_object(std::string_view) {
    before_value();
    out_ += '{';
    open_.push_back('}');
    first_ = true;
}

void CompactWriter::begin_list(std::string_view) {
    before_value();
    out_ += '[';
    open_.push_back(']');
    first_ = true;
}

void CompactWriter::key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    jsonl::append_json_string(out_, name);
    out_ += ':';
    if (open_.size() == 1) members_.push_back({std::string(name), out_.size()});
}

void CompactWriter::end() {
    out_ += open_.back();
    open_.pop_back();
    first_ = false;
    after_value();
}

void CompactWriter::text(std::string_view value) {
    before_value();
    jsonl::append_json_string(out_, value);
    after_value();
}

void CompactWriter::literal(jsonl::ValueKind, std::string_view value) {
    before_value();
    out_ += value;
    after_value();
}

void CompactWriter::write_object(const std::vector<std::string>& names, std::string& out) const {
    out.assign(1, '{');
    for (const std::string& name : names) {
        const auto member = std::find_if(members_.begin(), members_.end(),
                                         [&](const Member& m) { return m.name == name; });
        if (member == members_.end()) continue;
        if (out.size() > 1) out += ',';
        jsonl::append_json_string(out, name);
        out += ':';
        out.append(out_, member->begin, member->end - member->begin);
    }
    out += '}';
}

}  // namespace overnight::recipe
