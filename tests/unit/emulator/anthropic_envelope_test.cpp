// The body of a create: taken apart in pieces of any size, and what is refused in it.
#include "anthropic_session.hpp"
#include "emulator/anthropic/envelope.hpp"

#include <gtest/gtest.h>

namespace overnight::emulator::anthropic {
namespace {

struct Scanned {
    std::vector<std::string> elements;
    std::string error;
};

Scanned scan(const std::string& text, std::size_t piece) {
    Scanned scanned;
    EnvelopeScanner scanner([&](std::string_view element) {
        scanned.elements.emplace_back(element);
        return core::Result<>();
    });
    for (std::size_t at = 0; at < text.size(); at += piece) {
        if (const auto fed = scanner.feed(std::string_view(text).substr(at, piece)); !fed) {
            scanned.error = fed.error().message();
            return scanned;
        }
    }
    if (const auto done = scanner.finish(); !done) scanned.error = done.error().message();
    return scanned;
}

TEST(AnthropicEnvelope, elements_come_out_whole_whatever_the_pieces) {
    const std::string first = R"({"custom_id":"a","params":{"x":[1,{"y":"}]\\\"{"}]}})";
    const std::string second = R"({"custom_id":"b","params":{}})";
    const std::string text = " {\n \"requests\" : [ " + first + " ,\n" + second + "\n]\n}\n";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        const Scanned scanned = scan(text, piece);
        EXPECT_EQ(scanned.error, "") << piece;
        EXPECT_EQ(scanned.elements, (std::vector{first, second})) << piece;
    }
}

TEST(AnthropicEnvelope, line_ends_between_tokens_become_blanks) {
    const Scanned scanned = scan("{\"requests\":[{\n\"a\":\r\n1}]}", 3);
    EXPECT_EQ(scanned.elements, std::vector<std::string>{"{ \"a\":  1}"});
}

TEST(AnthropicEnvelope, says_what_is_malformed) {
    struct Row {
        const char* text;
        const char* part;
    };
    for (const Row& row : {
             Row{"", "not valid JSON"},
             Row{"[]", "not valid JSON"},
             Row{"{}", "requests: Field required"},
             Row{R"({"requests":{}})", "valid list"},
             Row{R"({"requests":null})", "valid list"},
             Row{R"({"requests":[]})", "at least 1"},
             Row{R"({"requests":[1]})", "requests.0: Input should be an object"},
             Row{R"({"requests":[{},"x"]})", "requests.1: Input should be an object"},
             Row{R"({"requests":[{},]})", "not valid JSON"},
             Row{R"({"requests":[{} {}]})", "not valid JSON"},
             Row{R"({"requests":[{}])", "not valid JSON"},
             Row{R"({"requests":[{)", "not valid JSON"},
             Row{R"({"requests":[{}]} x)", "not valid JSON"},
             Row{R"({"name":"x","requests":[{}]})", "name: Extra inputs"},
             Row{R"({"requests":[{}],"name":"x"})", "Extra inputs"},
         }) {
        const Scanned scanned = scan(row.text, 4);
        EXPECT_NE(scanned.error.find(row.part), std::string::npos)
            << row.text << ": " << scanned.error;
    }
}

TEST(AnthropicEnvelope, an_element_has_a_bound) {
    const std::string text = R"({"requests":[{"x":")" + std::string(max_request_bytes, 'x');
    EnvelopeScanner scanner([](std::string_view) { return core::Result<>(); });
    EXPECT_FALSE(scanner.feed(text));
    EXPECT_TRUE(scanner.too_large());
}

}  // namespace
}  // namespace overnight::emulator::anthropic

namespace overnight::test {
namespace {

TEST(AnthropicCreate, an_envelope_with_a_fault_makes_no_batch) {
    AnthropicSession session;
    const std::string good = message_body("x");
    struct Row {
        const char* name;
        std::string body;
        const char* part;
    };
    for (const Row& row : {
             Row{"not JSON", "{", "not valid JSON"},
             Row{"no JSON inside", R"({"requests":[{"custom_id":"a","params":{"x":1,,}}]})",
                 "not valid JSON"},
             Row{"line end in a text",
                 "{\"requests\":[{\"custom_id\":\"a\",\"params\":{\"x\":\"\n\"}}]}",
                 "not valid JSON"},
             Row{"empty", R"({"requests":[]})", "at least 1"},
             Row{"no id", R"({"requests":[{"params":{}}]})",
                 "requests.0.custom_id: Field required"},
             Row{"no params", R"({"requests":[{"custom_id":"a"}]})",
                 "requests.0.params: Field required"},
             Row{"params", R"({"requests":[{"custom_id":"a","params":[]}]})", "requests.0.params"},
             Row{"more", R"({"requests":[{"custom_id":"a","params":{},"url":"x"}]})",
                 "requests.0.url: Extra"},
             Row{"number", R"({"requests":[{"custom_id":7,"params":{}}]})", "requests.0.custom_id"},
             Row{"empty id", batch_with({element("", good)}), "should match pattern"},
             Row{"blank", batch_with({element("a b", good)}), "should match pattern"},
             Row{"dot", batch_with({element("a.b", good)}), "should match pattern"},
             Row{"wide", batch_with({element("\xC3\xA9", good)}), "should match pattern"},
             Row{"long", batch_with({element(std::string(65, 'a'), good)}), "should match pattern"},
             Row{"twice", batch_with({element("a", good), element("b", good), element("a", good)}),
                 "requests.2.custom_id"},
         }) {
        const RawReply reply = session.create(row.body);
        EXPECT_EQ(reply.status, 400) << row.name;
        const boost::json::object body = object_of(reply);
        EXPECT_EQ(text_in(body, "/type"), "error") << row.name;
        EXPECT_EQ(text_in(body, "/error/type"), "invalid_request_error") << row.name;
        EXPECT_EQ(text_in(body, "/request_id"), reply.headers.at("request-id")) << row.name;
        EXPECT_NE(text_in(body, "/error/message").find(row.part), std::string::npos)
            << row.name << ": " << text_in(body, "/error/message");
    }
    EXPECT_TRUE(session.ledger("create").empty());
    EXPECT_EQ(
        session.create(batch_with({element(std::string(64, 'a'), good), element("A_z-09", good)}))
            .status,
        200);
}

TEST(AnthropicCreate, keys_and_versions_are_required) {
    AnthropicSession session;
    struct Row {
        const char* name;
        std::vector<std::string> headers;
        int status;
        const char* type;
    };
    for (const Row& row : {
             Row{"no key", {"anthropic-version: 2023-06-01"}, 401, "authentication_error"},
             Row{"both",
                 {"x-api-key: k", "Authorization: Bearer k", "anthropic-version: 2023-06-01"},
                 401,
                 "authentication_error"},
             Row{"no scheme",
                 {"Authorization: k", "anthropic-version: 2023-06-01"},
                 401,
                 "authentication_error"},
             Row{"no version", {"x-api-key: k"}, 400, "invalid_request_error"},
             Row{"odd version",
                 {"x-api-key: k", "anthropic-version: 2024-01-01"},
                 400,
                 "invalid_request_error"},
             Row{"bearer", {"Authorization: Bearer k", "anthropic-version: 2026-10-21"}, 200, ""},
             Row{"key", {"X-Api-Key: k", "Anthropic-Version: 2023-06-01"}, 200, ""},
         }) {
        const RawReply reply =
            exchange(session.port(), {"GET", "/v1/messages/batches", row.headers, ""});
        EXPECT_EQ(reply.status, row.status) << row.name;
        EXPECT_EQ(text_in(object_of(reply), "/error/type"), row.type) << row.name;
    }
    EXPECT_EQ(exchange(session.port(), {"POST",
                                        "/v1/messages/batches",
                                        {"x-api-key: k", "anthropic-version: 2023-06-01"},
                                        batch_of(1)})
                  .status,
              400)
        << "without a Content-Type";
}

TEST(AnthropicCreate, routes_that_are_not_there_have_the_dialects_error) {
    AnthropicSession session;
    const RawReply none = session.get("/v1/messages/nothing");
    EXPECT_EQ(none.status, 404);
    EXPECT_EQ(text_in(object_of(none), "/error/type"), "not_found_error");
    EXPECT_EQ(session.call("DELETE", "/v1/messages/batches").status, 405);
    EXPECT_EQ(session.get("/v1/messages/batches/msgbatch_none").status, 404);
}

}  // namespace
}  // namespace overnight::test
