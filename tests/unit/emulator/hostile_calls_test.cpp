// Calls that no client of Together, Mistral or xAI makes: each is refused in the dialect's words,
// and the emulator goes on.
#include "copy_session.hpp"

#include <gtest/gtest.h>

namespace overnight::test {
namespace {

namespace json = boost::json;

struct DialectPaths {
    const char* name;
    const char* root;
    const char* upload;
    const char* create;
    const char* cancel;  // behind the batch's path
    const char* batches;
};

constexpr DialectPaths dialects[] = {
    {"together", "/_as/together", "/v1/files/upload", "/v1/batches", "/cancel", "/v1/batches"},
    {"mistral", "/_as/mistral", "/v1/files", "/v1/batch/jobs", "/cancel", "/v1/batch/jobs"},
    {"xai", "/_as/xai", "/v1/files", "/v1/batches", ":cancel", "/v1/batches"}};

class HostileCalls : public ::testing::TestWithParam<DialectPaths> {
protected:
    HostileCalls() : session_(GetParam().root) {}
    ~HostileCalls() override {
        EXPECT_EQ(session_.get(GetParam().batches).status, 200) << "it still answers";
        EXPECT_TRUE(session_.ledger("create").empty());
        EXPECT_TRUE(session_.ledger("billed").empty());
    }
    void expect_refused(const RawReply& reply, const std::string& what) {
        EXPECT_GE(reply.status, 400) << what;
        EXPECT_LT(reply.status, 500) << what << reply.body;
        if (reply.body.empty()) return;  // no HTTP: the server's own refusal
        EXPECT_FALSE(object_of(reply).empty()) << what;
    }
    CopySession session_;
};

std::string nested(int levels, char open, char close) {
    return std::string(static_cast<std::size_t>(levels), open) +
           std::string(static_cast<std::size_t>(levels), close);
}

TEST_P(HostileCalls, bodies_of_a_create) {
    const std::string deep = nested(100'000, '[', ']');
    for (const std::string& body :
         {std::string(), std::string("{"), std::string("[]"), std::string("null"), deep,
          R"({"name":"n","input_file_id":)" + deep + "}",
          std::string(R"({"name":"n","input_file_id":17,"input_files":17,"endpoint":17})"),
          std::string(R"({"name":null,"endpoint":null,"input_files":null,"requests":null})"),
          std::string(R"({"name":"n","input_file_id":{},"input_files":{},"model":{}})"),
          std::string(R"({"name":"n","endpoint":"/v1/chat/completions","model":"m","input_files":)"
                      R"([null],"input_file_id":[]})"),
          std::string(R"({"name":"n","endpoint":"/v1/chat/completions","model":"m","requests":)"
                      R"([[]],"input_file_id":true})"),
          std::string(R"({"name":"n","endpoint":"/v1/chat/completions","model":"m","requests":)"
                      R"([{"body":[]}],"input_file_id":1e400})"),
          std::string(R"({"name":"n","endpoint":"/v1/chat/completions","model":"m","metadata":)"
                      R"({"a":{}},"input_files":["x"],"input_file_id":"../../etc/passwd"})"),
          std::string("{\"name\":\"\xff\",\"input_file_id\":\"\xc0\x80\"}"),
          std::string("{\"name\":\"n\",\"input_file_id\":\"a\0b\"}", 33)}) {
        expect_refused(session_.post(GetParam().create, body), body.substr(0, 120));
    }
}

TEST_P(HostileCalls, ids) {
    const std::string long_id(20'000, 'a');
    for (const std::string& id :
         {std::string("%2F"), std::string("..%2F..%2Fetc"), std::string("a/b"), std::string("%00"),
          std::string("%zz"), std::string("a:b"), std::string("::"), std::string("%22%7D"),
          std::string("\"}"), std::string("\xff"), long_id.substr(0, 4'000)}) {
        const std::string batch = GetParam().batches + ('/' + id);
        expect_refused(session_.get(batch), id);
        expect_refused(session_.post(batch + GetParam().cancel), id);
        expect_refused(session_.get(batch + "/results"), id);
        expect_refused(session_.post(batch + "/requests", "{}"), id);
        expect_refused(session_.del(batch), id);
        expect_refused(session_.get("/v1/files/" + id), id);
        expect_refused(session_.get("/v1/files/" + id + "/content"), id);
        expect_refused(session_.del("/v1/files/" + id), id);
    }
}

TEST_P(HostileCalls, numbers_and_tokens_of_lists) {
    const bool bare = std::string(GetParam().name) == "together";
    for (const char* const query :
         {"page=-1", "page=99999999999999999999", "page_size=0", "page_size=1e9", "limit=-1",
          "limit=99999999999999999999", "pagination_token=%00", "pagination_token=../x",
          "order_by=%22", "status=%ff", "=&==&%", "page=1000000&page_size=1000"}) {
        const RawReply reply = session_.get(std::string(GetParam().batches) + '?' + query);
        EXPECT_TRUE(reply.status == 200 || (!bare && (reply.status == 400 || reply.status == 422)))
            << query << reply.status;
    }
}

TEST_P(HostileCalls, forms) {
    const std::string path = GetParam().root + std::string(GetParam().upload);
    const std::string type = "Content-Type: multipart/form-data; boundary=xyz";
    const auto post = [&](std::string body, std::string header) {
        return static_cast<Session&>(session_).post(path, std::move(body), {std::move(header)});
    };
    expect_refused(post("", type), "empty");
    expect_refused(post("--xyz--\r\n", type), "no parts");
    expect_refused(post("--xyz\r\n\r\n\r\n--xyz--", type), "a part without a name");
    expect_refused(post("--xyz\r\n" + std::string(100'000, 'h'), type), "a head without an end");
    expect_refused(post("x", "Content-Type: application/json"), "no form");
    expect_refused(post("x", "Content-Type: multipart/form-data"), "no boundary");
    std::string many;
    for (int i = 0; i < 200; ++i)
        many += "--xyz\r\nContent-Disposition: form-data; name=\"f" + std::to_string(i) +
                "\"\r\n\r\nv\r\n";
    expect_refused(post(many + "--xyz--", type), "many parts");
    expect_refused(post(multipart_body({{"purpose", std::string(1 << 20, 'p'), ""}}, "xyz"), type),
                   "a long field");
    expect_refused(
        post(multipart_body({{"file", "{}", "a.jsonl"}, {"file", "{}", "a.jsonl"}}, "xyz"), type),
        "two files");
}

INSTANTIATE_TEST_SUITE_P(Dialects,
                         HostileCalls,
                         ::testing::ValuesIn(dialects),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace overnight::test
