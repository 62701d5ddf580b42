// Reading and matching of fault rules.
#include "emulator/faults.hpp"

#include <gtest/gtest.h>

namespace overnight::emulator {
namespace {

std::shared_ptr<const FaultScript> script_of(std::string_view json) {
    return FaultScript::parse(json).value();
}

const Rule* match(const FaultScript& script, const std::string& body, std::uint64_t batch = 1) {
    return script.match_line({body, sha256(body), batch, "m", "/v1/responses"});
}

TEST(FaultScript, every_fault_can_be_named) {
    for (const FaultSpec& spec : fault_table()) {
        EXPECT_TRUE(FaultScript::parse(R"([{"fault":")" + std::string(spec.name) + "\"}]"))
            << spec.name;
        EXPECT_EQ(find_fault(spec.name)->fault, spec.fault);
    }
}

TEST(FaultScript, says_which_rule_is_wrong_and_what_was_meant) {
    struct Row {
        const char* json;
        const char* part;
    };
    for (const Row& row : {Row{"{", "not JSON"}, Row{"{}", "array"}, Row{"[1]", "rule 1"},
                           Row{R"([{"fault":"quota"},{"x":1}])", "rule 2"},
                           Row{R"([{"fault":"line_eror"}])", "line_error"},
                           Row{R"([{"fault":"line_error","statis":500}])", "status"},
                           Row{R"([{"fault":"token_limit","nth":1}])", "no member"}}) {
        const auto parsed = FaultScript::parse(row.json);
        ASSERT_FALSE(parsed) << row.json;
        EXPECT_EQ(parsed.error().code(), core::Errc::invalid_input);
        EXPECT_NE(parsed.error().message().find(row.part), std::string::npos)
            << parsed.error().message();
    }
    EXPECT_TRUE(FaultScript::parse(""));
    EXPECT_TRUE(FaultScript::parse("[]"));
}

TEST(FaultScript, a_fraction_depends_on_the_body_alone) {
    const auto script = script_of(R"([{"fault":"line_error","fraction":0.2}])");
    int hits = 0;
    for (int i = 0; i < 2'000; ++i) {
        const std::string body = "body " + std::to_string(i);
        const bool hit = match(*script, body) != nullptr;
        EXPECT_EQ(hit, match(*script, body, 7) != nullptr);
        hits += hit ? 1 : 0;
    }
    EXPECT_GT(hits, 300);
    EXPECT_LT(hits, 500);
}

TEST(FaultScript, two_rules_pick_independently_unless_they_share_a_seed) {
    const auto both = [](const std::string& a, const std::string& b) {
        const auto first = script_of(a);
        const auto second = script_of(b);
        int shared = 0;
        for (int i = 0; i < 1'000; ++i) {
            const std::string body = std::to_string(i);
            shared += match(*first, body) != nullptr && match(*second, body) != nullptr ? 1 : 0;
        }
        return shared;
    };
    const std::string one = R"([{"fault":"line_error","fraction":0.5,"seed":1}])";
    const std::string two = R"([{"fault":"line_error","fraction":0.5,"seed":2}])";
    EXPECT_GT(both(one, one), 400);
    EXPECT_LT(both(one, two), 350);
}

TEST(FaultScript, tries_count_executions_of_the_same_body) {
    const auto script =
        script_of(R"([{"fault":"line_error","tries":2},{"fault":"refusal","contains":"poison"}])");
    EXPECT_EQ(match(*script, "a")->fault(), Fault::line_error);
    EXPECT_EQ(match(*script, "a")->fault(), Fault::line_error);
    EXPECT_EQ(match(*script, "a"), nullptr);
    EXPECT_EQ(match(*script, "b")->fault(), Fault::line_error);
    match(*script, "poison");
    match(*script, "poison");
    EXPECT_EQ(match(*script, "poison")->fault(), Fault::refusal);
}

TEST(FaultScript, selects_by_batch_model_and_endpoint) {
    EXPECT_EQ(match(*script_of(R"([{"fault":"quota","batch":2}])"), "x"), nullptr);
    EXPECT_NE(match(*script_of(R"([{"fault":"quota","batch":[2,3]}])"), "x", 3), nullptr);
    EXPECT_EQ(match(*script_of(R"([{"fault":"quota","model":"other"}])"), "x"), nullptr);
    EXPECT_NE(match(*script_of(R"([{"fault":"quota","endpoint":"/v1/responses"}])"), "x"), nullptr);
}

TEST(FaultScript, counts_requests_by_nth_and_times) {
    const auto nth = script_of(R"([{"fault":"http","route":"GET /v1/batches/{id}","nth":[1,3]}])");
    const auto times = script_of(R"([{"fault":"drop","times":2}])");
    std::string pattern;
    for (int i = 0; i < 4; ++i) {
        pattern += nth->match_request({"GET", "/v1/batches/b", "/v1/batches/b", "", 0}).empty()
                       ? '.'
                       : 'x';
    }
    EXPECT_EQ(pattern, "x.x.");
    EXPECT_TRUE(nth->match_request({"GET", "/v1/batches", "/v1/batches", "", 0}).empty());
    pattern.clear();
    for (int i = 0; i < 3; ++i) {
        pattern +=
            times->match_request({"POST", "/v1/batches", "/v1/batches", "", 0}).empty() ? '.' : 'x';
    }
    EXPECT_EQ(pattern, "xx.");
    EXPECT_EQ(times->rules()[0]->seen(), 3U);
    EXPECT_EQ(times->rules()[0]->hits(), 2U);
}

TEST(FaultScript, routes_match_segments) {
    EXPECT_TRUE(route_matches("GET /v1/files/{id}/content", "GET", "/v1/files/file-1/content"));
    EXPECT_FALSE(route_matches("GET /v1/files/{id}", "GET", "/v1/files/file-1/content"));
    EXPECT_FALSE(route_matches("GET /v1/files/{id}", "GET", "/v1/files/"));
    EXPECT_TRUE(route_matches("* /v1/files*", "DELETE", "/v1/files/file-1"));
    EXPECT_FALSE(route_matches("POST /v1/files", "GET", "/v1/files"));
    EXPECT_FALSE(route_matches("nonsense", "GET", "/v1/files"));
}

}  // namespace
}  // namespace overnight::emulator
