// Random templates: what is rendered is what kainjow's own renderer makes of them.
#include "made.hpp"
#include "recipe/row_template.hpp"

#include <gtest/gtest.h>
#include <kainjow/mustache.hpp>

#include <random>
#include <string>
#include <vector>

namespace overnight::recipe {
namespace {

namespace km = kainjow::mustache;
using jsonl::ValueKind;

const std::vector<std::pair<std::string, std::string>> columns = {
    {"a", "plain"}, {"b", "x{{a}}y"}, {"c", "two\nlines\n"},
    {"d", " "},     {"e", "<&\"'>"},  {"f", "\xF0\x9F\x8C\x99"}};

class Generator {
public:
    explicit Generator(std::uint32_t seed) : random_(seed) {}

    std::string flat() {
        std::string text;
        for (int parts = pick(12); parts > 0; --parts)
            text += pick(2) == 0 ? literal() : variable();
        return text;
    }

    /// Sections are over columns that are there and true, or over missing ones with text on their
    /// own line: a false section alone on its lines leaves an empty line in kainjow, where
    /// Mustache's specification (and we) drop it.
    std::string with_sections(int depth = 0) {
        std::string text;
        for (int parts = pick(8); parts > 0; --parts) {
            const int kind = pick(depth < 3 ? 5 : 2);
            if (kind == 0) text += literal();
            if (kind == 1) text += variable();
            if (kind == 2 || kind == 3) {
                const std::string name = columns[static_cast<std::size_t>(pick(6))].first;
                text += "{{#" + name + "}}" + with_sections(depth + 1) + "{{/" + name + "}}";
            }
            if (kind == 4) text += "text{{^absent}}" + with_sections(depth + 1) + "{{/absent}}";
        }
        return text;
    }

private:
    int pick(int n) { return static_cast<int>(random_() % static_cast<std::uint32_t>(n)); }
    std::string literal() {
        static const std::vector<std::string> texts = {"a",   " ",  "\n",  "\r\n",  "\t",
                                                       "{",   "}",  "}}",  "word ", "\n\n",
                                                       " \n", "\r", "{x}", "%",     "\xC3\xA4"};
        return texts[static_cast<std::size_t>(pick(static_cast<int>(texts.size())))];
    }
    std::string variable() {
        const std::string name = columns[static_cast<std::size_t>(pick(6))].first;
        switch (pick(5)) {
        case 0:
            return "{{{" + name + "}}}";
        case 1:
            return "{{&" + name + "}}";
        case 2:
            return "{{ " + name + "\t}}";
        case 3:
            return "{{! comment }}";
        default:
            return "{{" + name + "}}";
        }
    }
    std::mt19937 random_;
};

/// kainjow's rendering of the template as it is; nothing when it refuses the template.
std::optional<std::string> reference(const std::string& text) {
    km::mustache mustache(text);
    if (!mustache.is_valid()) return std::nullopt;
    mustache.set_custom_escape([](const std::string& s) { return s; });
    km::data data;
    for (const auto& [name, value] : columns)
        data.set(name, value);
    return mustache.render(data);
}

void expect_equal(const std::string& text, std::uint32_t seed, int& compared) {
    const auto expected = reference(text);
    const auto made = RowTemplate::compile(text, "t");
    if (!expected) {
        EXPECT_FALSE(made) << "seed " << seed << ": " << text;
        return;
    }
    if (!made) {  // we refuse more: a "{" before a tag can make a name that no column has
        return;
    }
    jsonl::Record record;
    for (const auto& [name, value] : columns)
        record.fields.push_back({name, value, ValueKind::text});
    std::string out;
    const auto result = made->render(record, out);
    if (!result) {
        EXPECT_NE(result.error().message().find(" has no "), std::string::npos)
            << result.error().message();
        return;
    }
    ++compared;
    EXPECT_EQ(out, *expected) << "seed " << seed << ": " << text;
}

TEST(RowTemplateProperty, flat_templates_are_what_kainjow_renders) {
    int compared = 0;
    for (std::uint32_t seed = 0; seed < 6000; ++seed)
        expect_equal(Generator(seed).flat(), seed, compared);
    EXPECT_GT(compared, 3000);
}

TEST(RowTemplateProperty, sections_are_what_kainjow_renders) {
    int compared = 0;
    for (std::uint32_t seed = 0; seed < 3000; ++seed)
        expect_equal(Generator(seed).with_sections(), seed, compared);
    EXPECT_GT(compared, 1500);
}

/// A section around a flat template takes the long way and must not change its text.
TEST(RowTemplateProperty, both_ways_of_rendering_agree) {
    jsonl::Record record;
    for (const auto& [name, value] : columns)
        record.fields.push_back({name, value, ValueKind::text});
    for (std::uint32_t seed = 0; seed < 3000; ++seed) {
        const std::string text = Generator(seed).flat();
        const auto flat = RowTemplate::compile(text, "t");
        const auto wrapped = RowTemplate::compile("x{{#a}}" + text + "{{/a}}x", "t");
        if (!flat || !wrapped) continue;
        std::string a;
        std::string b;
        if (!flat->render(record, a)) continue;
        ASSERT_TRUE(wrapped->render(record, b));
        EXPECT_EQ("x" + a + "x", b) << "seed " << seed << ": " << text;
    }
}

TEST(RowTemplateProperty, arbitrary_bytes_never_break_it) {
    std::mt19937 random(7);
    const std::string alphabet = "{}#^/>!&=.ab \n<%\0\xff";
    jsonl::Record record;
    record.fields.push_back({"a", R"([{"b":[1,2]},{}])", ValueKind::json});
    record.fields.push_back({"b", "text", ValueKind::text});
    for (int round = 0; round < 6000; ++round) {
        std::string text;
        for (std::uint32_t n = random() % 40; n > 0; --n) {
            text += random() % 3 == 0   ? "{{"
                    : random() % 3 == 0 ? "}}"
                                        : std::string(1, alphabet[random() % alphabet.size()]);
        }
        const auto made = RowTemplate::compile(text, "t");
        std::string out;
        if (made) (void)made->render(record, out).has_value();
    }
}

}  // namespace
}  // namespace overnight::recipe
