// Instances of schemas: checked against the schema by a validator of another make.
#include "emulator/instance.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace overnight::emulator {
namespace {

bool is_valid(const std::string& schema_text, const std::string& instance_text) {
    const boost::json::value schema_json = boost::json::parse(schema_text);
    const boost::json::value instance = boost::json::parse(instance_text);
    valijson::Schema schema;
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::BoostJsonAdapter(schema_json), schema);
    valijson::Validator validator;
    return validator.validate(schema, valijson::adapters::BoostJsonAdapter(instance), nullptr);
}

std::string instance_of(const std::string& schema, const std::string& text) {
    auto compiled = Schema::compile(schema);
    std::string out;
    InstanceOptions options;
    options.text = text;
    put_instance(out, compiled.value(), options);
    return out;
}

struct SchemaRow {
    const char* name;
    std::string schema;
};

const std::vector<SchemaRow> schemas{
    {"flat",
     R"({"type":"object","properties":{"s":{"type":"string"},"n":{"type":"number"},"i":{"type":"integer"},
        "b":{"type":"boolean"},"z":{"type":"null"}},"required":["s","n","i","b","z"],"additionalProperties":false})"},
    {"enum and const",
     R"({"type":"object","properties":{"e":{"enum":["a","b",3]},"c":{"const":{"x":1}}},"required":["e","c"]})"},
    {"ranges", R"({"type":"object","properties":{"a":{"type":"integer","minimum":5,"maximum":6},
        "b":{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1},"c":{"type":"integer","multipleOf":7,"minimum":50},
        "d":{"type":"integer","maximum":-10}},"required":["a","b","c","d"]})"},
    {"nullable",
     R"({"type":"object","properties":{"a":{"type":["string","null"]},"b":{"type":["null","integer"]}},"required":["a","b"]})"},
    {"arrays",
     R"({"type":"object","properties":{"a":{"type":"array","items":{"type":"string"},"minItems":2,"maxItems":2},
        "b":{"type":"array","items":{"type":"integer"},"minItems":4}},"required":["a","b"]})"},
    {"lengths",
     R"({"type":"object","properties":{"a":{"type":"string","minLength":40},"b":{"type":"string","maxLength":5}},"required":["a","b"]})"},
    {"anyOf",
     R"({"type":"object","properties":{"a":{"anyOf":[{"type":"string"},{"type":"object","properties":{"k":{"type":"integer"}},
        "required":["k"]}]}},"required":["a"]})"},
    {"refs", R"({"type":"object","properties":{"p":{"$ref":"#/$defs/point"}},"required":["p"],
        "$defs":{"point":{"type":"object","properties":{"x":{"type":"number"}},"required":["x"]}}})"},
    {"recursive",
     R"({"type":"object","properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#"}}},
        "required":["name","children"]})"},
    {"linked list",
     R"({"type":"object","properties":{"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["next"]})"},
    {"keys to escape",
     R"({"type":"object","properties":{"a\"b\n":{"type":"string"}},"required":["a\"b\n"]})"},
    {"deep",
     R"({"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"object","properties":{"c":
        {"type":"array","items":{"type":"object","properties":{"d":{"type":"boolean"}},"required":["d"]}}},"required":["c"]}},
        "required":["b"]}},"required":["a"]})"},
    {"array at the root", R"({"type":"array","items":{"type":"string"},"minItems":1})"},
};

class Instances : public testing::TestWithParam<SchemaRow> {};

TEST_P(Instances, are_valid_and_repeatable) {
    for (int i = 0; i < 50; ++i) {
        const std::string text =
            "Gr\xC3\xB6\xC3\x9F"
            "e \xE2\x82\xAC of beam number " +
            std::to_string(i) + " under load";
        const std::string instance = instance_of(GetParam().schema, text);
        EXPECT_TRUE(is_valid(GetParam().schema, instance)) << instance;
        EXPECT_EQ(instance, instance_of(GetParam().schema, text));
    }
}

INSTANTIATE_TEST_SUITE_P(Schemas, Instances, testing::ValuesIn(schemas), [](const auto& row) {
    std::string name = row.param.name;
    for (char& c : name)
        c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
    return name;
});

TEST(Instance, its_text_comes_from_the_request) {
    const std::string text = instance_of(
        R"({"type":"object","properties":{"s":{"type":"string"}}})", "alpha alpha alpha");
    EXPECT_NE(text.find("alpha"), std::string::npos);
    EXPECT_NE(instance_of(schemas[0].schema, "one text"),
              instance_of(schemas[0].schema, "another text"));
}

TEST(Instance, a_violation_is_not_valid) {
    for (const SchemaRow& row : schemas) {
        std::string out;
        InstanceOptions options;
        options.text = "some text";
        const auto schema = Schema::compile(row.schema);
        put_violation(out, *schema, options);
        EXPECT_FALSE(is_valid(row.schema, out)) << row.name << ": " << out;
    }
}

const std::string pack_schema = R"({"type":"object","properties":{
    "r1":{"type":"object","properties":{"t":{"type":"string"}},"required":["t"]},
    "r2":{"type":"object","properties":{"t":{"type":"string"}},"required":["t"]}},"required":["r1","r2"]})";

TEST(Instance, a_row_of_a_pack_depends_on_its_own_text_only) {
    const std::string both = instance_of(
        pack_schema, R"({"r1":{"topic":"stiff beams"},"r2":{"topic":"soft clay soils"}})");
    const std::string moved = instance_of(
        pack_schema, R"({"r1":{"topic":"soft clay soils"},"r2":{"topic":"stiff beams"}})");
    const auto a = boost::json::parse(both);
    const auto b = boost::json::parse(moved);
    EXPECT_EQ(a.at("r1"), b.at("r2"));
    EXPECT_EQ(a.at("r2"), b.at("r1"));
    EXPECT_NE(a.at("r1"), a.at("r2"));
}

TEST(Instance, rows_can_be_left_out_or_be_wrong) {
    const auto schema = Schema::compile(pack_schema);
    InstanceOptions options;
    options.text = "text";
    options.rows = [](std::string_view row) {
        return row == "r2" ? RowAnswer::missing : RowAnswer::valid;
    };
    std::string out;
    put_instance(out, *schema, options);
    EXPECT_TRUE(boost::json::parse(out).as_object().contains("r1"));
    EXPECT_FALSE(boost::json::parse(out).as_object().contains("r2"));
    options.rows = [](std::string_view row) {
        return row == "r1" ? RowAnswer::invalid : RowAnswer::valid;
    };
    out.clear();
    put_instance(out, *schema, options);
    EXPECT_FALSE(boost::json::parse(out).at("r1").is_object());
    EXPECT_TRUE(boost::json::parse(out).at("r2").is_object());
}

TEST(Schema, refuses_what_has_no_instance_or_no_sense) {
    for (const char* const text :
         {"17", "{", R"({"type":"thing"})", R"({"$ref":"#/nowhere"})", R"({"$ref":"#"})",
          R"({"enum":[]})", R"({"type":"object","properties":{"a":{"$ref":"#"}}})",
          R"({"allOf":[{"type":"string"}]})",
          R"({"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"})"}) {
        EXPECT_FALSE(Schema::compile(text)) << text;
    }
}

TEST(Schema, strict_mode_wants_all_required_and_nothing_more) {
    const auto strict = [](const char* text) {
        return static_cast<bool>(Schema::compile(text, Strictness::strict));
    };
    EXPECT_TRUE(strict(
        R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false})"));
    EXPECT_FALSE(
        strict(R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"]})"));
    EXPECT_FALSE(strict(
        R"({"type":"object","properties":{"a":{"type":"string"}},"required":[],"additionalProperties":false})"));
    EXPECT_FALSE(strict(R"({"type":"array","items":{"type":"string"}})"));
}

}  // namespace
}  // namespace overnight::emulator
