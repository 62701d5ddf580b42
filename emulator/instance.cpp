// Instances of schemas.
#include "emulator/instance.hpp"

#include "emulator/hashing.hpp"
#include "emulator/json_text.hpp"
#include "emulator/words.hpp"

#include <algorithm>
#include <cmath>

namespace overnight::emulator {

namespace {

using Kind = SchemaNode::Kind;

bool is_row_name(std::string_view name) {
    return name.size() > 1 && name.front() == 'r' &&
           name.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

class Writer {
public:
    Writer(std::string& out, const Schema& schema, std::string_view text)
        : out_(out), schema_(schema), text_(text), random_(hash_text(text)) {}

    void put(const SchemaNode& node, unsigned level) {
        switch (node.kind) {
        case Kind::object:
            put_object(node, level);
            return;
        case Kind::array:
            put_array(node, level);
            return;
        case Kind::string:
            put_string(node);
            return;
        case Kind::number:
        case Kind::integer:
            put_numeric(node);
            return;
        case Kind::boolean:
            out_ += random_.below(2) == 0 ? "false" : "true";
            return;
        case Kind::null:
            out_ += "null";
            return;
        case Kind::any_of:
            put(option(node, level), level + 1);
            return;
        case Kind::constant:
            out_ += node.constants[random_.below(node.constants.size())];
            return;
        }
    }

private:
    // Below this level everything takes the shortest way to an end.
    static constexpr unsigned shortest_from = 5;

    void put_object(const SchemaNode& node, unsigned level) {
        ObjectWriter object(out_);
        std::string name;
        for (const auto& [key, index] : node.properties) {
            // Keys are the user's and may need escaping; ObjectWriter's are ours.
            name.clear();
            put_json(name, key);
            object.key(std::string_view(name).substr(1, name.size() - 2));
            put(schema_.node(index), level + 1);
        }
        object.end();
    }

    void put_array(const SchemaNode& node, unsigned level) {
        std::size_t count = node.min_size;
        if (level < shortest_from && node.max_size > count) {
            const std::size_t most = std::min(node.max_size, node.min_size + 3);
            count = std::max<std::size_t>(node.min_size, 1) +
                    random_.below(most - std::max<std::size_t>(node.min_size, 1) + 1);
        }
        out_ += '[';
        for (std::size_t i = 0; i < count; ++i) {
            if (i > 0) out_ += ',';
            put(schema_.node(node.items), level + 1);
        }
        out_ += ']';
    }

    void put_string(const SchemaNode& node) {
        if (!node.format.empty() && put_formatted(node.format)) return;
        std::string text = sentence(text_, random_, 3, 7);
        while (characters(text) < node.min_size)
            text += ' ' + sentence(text_, random_, 3, 7);
        if (text.size() > node.max_size) text = cut_utf8(text, node.max_size);
        // A byte limit may leave fewer characters than the minimum when they are wide.
        while (characters(text) < node.min_size)
            text += 'x';
        put_json(out_, text);
    }

    bool put_formatted(std::string_view format) {
        const auto two = [this](std::uint64_t from, std::uint64_t n) {
            const std::uint64_t value = from + random_.below(n);
            return std::string(value < 10 ? "0" : "") + std::to_string(value);
        };
        const std::string date = "20" + two(10, 20) + '-' + two(1, 12) + '-' + two(1, 28);
        const std::string time = two(0, 24) + ':' + two(0, 60) + ':' + two(0, 60) + 'Z';
        std::string text;
        if (format == "date") {
            text = date;
        } else if (format == "time") {
            text = time;
        } else if (format == "date-time") {
            text = date + 'T' + time;
        } else if (format == "duration") {
            text = "PT" + std::to_string(1 + random_.below(59)) + 'M';
        } else if (format == "email") {
            text = "user" + std::to_string(random_.below(1'000)) + "@example.com";
        } else if (format == "hostname") {
            text = "host" + std::to_string(random_.below(1'000)) + ".example.com";
        } else if (format == "uri") {
            text = "https://example.com/" + std::to_string(random_.below(1'000));
        } else if (format == "ipv4") {
            text = "192.0.2." + std::to_string(random_.below(256));
        } else if (format == "ipv6") {
            text = "2001:db8::" + std::to_string(random_.below(9'999));
        } else if (format == "uuid") {
            const Sha256 hash = sha256(std::to_string(random_.next()));
            text = hash.hex().substr(0, 32);
            text[12] = '4';
            text[16] = 'a';
            for (const std::size_t dash : {8U, 13U, 18U, 23U})
                text.insert(dash, 1, '-');
        } else {
            return false;
        }
        put_json(out_, text);
        return true;
    }

    void put_numeric(const SchemaNode& node) {
        const bool integer = node.kind == Kind::integer;
        constexpr double widest = 1e15;
        double low = std::clamp(node.minimum, -widest, widest);
        double high = std::clamp(node.maximum, -widest, widest);
        if (std::isinf(node.minimum))
            low = std::isinf(node.maximum) ? 0 : std::min(0.0, high - 100);
        if (std::isinf(node.maximum)) high = std::max(low + 100, 100.0);
        double step = node.multiple_of > 0 ? node.multiple_of : integer ? 1 : 0.01;
        if (integer) step = std::max(1.0, std::ceil(step));
        const double first = std::ceil(low / step);
        const double last = std::floor(high / step);
        if (last < first) {
            put_value(low, integer);
            return;
        }
        const auto span = static_cast<std::uint64_t>(std::min(last - first, 1e9));
        const double value = (first + static_cast<double>(random_.below(span + 1))) * step;
        put_value(integer ? value : std::clamp(std::round(value * 1e6) / 1e6, low, high), integer);
    }

    void put_value(double value, bool integer) {
        if (integer) {
            put_number(out_, static_cast<std::int64_t>(value));
        } else {
            put_number(out_, value);
        }
    }

    const SchemaNode& option(const SchemaNode& node, unsigned level) {
        const SchemaNode* best = &schema_.node(node.options.front());
        for (const std::size_t index : node.options) {
            if (schema_.node(index).depth < best->depth) best = &schema_.node(index);
        }
        if (level >= shortest_from) return *best;
        const SchemaNode& one = schema_.node(node.options[random_.below(node.options.size())]);
        if (one.depth >= SchemaNode::unreachable) return *best;
        if (one.kind != Kind::null || random_.below(4) == 0) return one;
        // A nullable value is mostly there.
        for (const std::size_t index : node.options) {
            const SchemaNode& other = schema_.node(index);
            if (other.kind != Kind::null && other.depth < SchemaNode::unreachable) return other;
        }
        return one;
    }

    std::string& out_;
    const Schema& schema_;
    std::string_view text_;
    Random random_;
};

void put_key(std::string& out, std::string_view key, bool& first) {
    if (!first) out += ',';
    first = false;
    put_json(out, key);
    out += ':';
}

// Two values no schema accepts at once: an object where that is wrong, else a number.
void put_wrong(std::string& out, const SchemaNode& node) {
    out += node.kind == Kind::object ? "17" : "{\"wrong\":true}";
}

enum class Root { valid, violated };

void put_root(std::string& out, const Schema& schema, const InstanceOptions& options, Root root) {
    const SchemaNode& node = schema.root();
    if (node.kind != Kind::object) {
        if (root == Root::violated) {
            put_wrong(out, node);
        } else {
            Writer(out, schema, options.text).put(node, 0);
        }
        return;
    }
    Writer shared(out, schema, options.text);
    out += '{';
    bool first = true;
    bool violated = root == Root::valid;
    for (const auto& [key, index] : node.properties) {
        const SchemaNode& property = schema.node(index);
        const bool row = is_row_name(key);
        const RowAnswer answer = row && options.rows ? options.rows(key) : RowAnswer::valid;
        if (answer == RowAnswer::missing) continue;
        put_key(out, key, first);
        if (answer == RowAnswer::invalid || !violated) {
            violated = true;
            put_wrong(out, property);
            continue;
        }
        const std::string_view own = row ? row_text(options.text, key) : std::string_view();
        if (own.empty()) {
            shared.put(property, 1);
        } else {
            Writer(out, schema, own).put(property, 1);
        }
    }
    if (root == Root::violated) {
        put_key(out, "unexpected", first);
        out += "true";
    }
    out += '}';
}

}  // namespace

void put_instance(std::string& out, const Schema& schema, const InstanceOptions& options) {
    put_root(out, schema, options, Root::valid);
}

void put_violation(std::string& out, const Schema& schema, const InstanceOptions& options) {
    put_root(out, schema, options, Root::violated);
}

}  // namespace overnight::emulator
