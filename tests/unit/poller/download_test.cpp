// Results onto the disk: files that are whole, files that still grow, pages.
#include "poller/download.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

namespace overnight::poller {
namespace {

using core::Errc;
using model::HttpResponse;

/// Answers each target by what the test says.
class Scripted final : public model::Transport {
public:
    std::function<core::Result<HttpResponse>(const std::string& target)> answer;
    std::vector<std::string> asked;

    core::Result<HttpResponse> send(const model::HttpRequest& request, std::stop_token) override {
        asked.push_back(request.target);
        return answer(request.target);
    }
    core::Result<HttpResponse> upload(const model::HttpRequest&, std::stop_token) override {
        return core::Error(core::Errc::internal, "nothing is uploaded");
    }
    model::CreateOutcome create(const model::HttpRequest&,
                                const std::function<core::Result<>()>&,
                                std::stop_token) override {
        return model::NotSent{core::Error(core::Errc::internal, "nothing is created")};
    }
    core::Result<HttpResponse> download(const model::HttpRequest& request,
                                        const std::function<core::Result<>(std::string_view)>& sink,
                                        std::uint64_t,
                                        std::stop_token) override {
        asked.push_back(request.target);
        OVERNIGHT_TRY_ASSIGN(auto reply, answer(request.target));
        if (reply.status < 200 || reply.status > 299) return reply;
        OVERNIGHT_TRY(sink(reply.body));
        reply.body.clear();
        return reply;
    }
};

class Download : public ::testing::Test {
protected:
    void SetUp() override {
        std::string folder = ::testing::TempDir() + "overnight-download-XXXXXX";
        ASSERT_NE(::mkdtemp(folder.data()), nullptr);
        folder_ = folder;
        target_ = folder_ / "0-1.output.jsonl";
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    core::Result<Downloaded> fetch(std::string_view kind, std::string_view id) {
        account_.adapter = providers::find_adapter(kind);
        account_.transport = &transport_;
        return download(account_, core::RemoteFileId{std::string(id)}, target_, {});
    }
    std::string content() const {
        std::ifstream in(target_, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    Scripted transport_;
    providers::Account account_;
    std::filesystem::path folder_, target_;
};

HttpResponse ok(std::string body) {
    return {200, {}, std::move(body)};
}

TEST_F(Download, pages_become_one_file) {
    transport_.answer = [](const std::string& target) -> core::Result<HttpResponse> {
        if (target == "/batches/b/results?limit=100")
            return ok(R"({"results":[{"batch_request_id":"1"},{"batch_request_id":"2"}],)"
                      R"("pagination_token":"p2"})");
        if (target == "/batches/b/results?limit=100&pagination_token=p2")
            return ok(R"({"results":[{"batch_request_id":"3"}]})");
        return HttpResponse{404, {}, ""};
    };
    const auto got = fetch("xai", "b");
    ASSERT_TRUE(got) << got.error().describe();
    EXPECT_EQ(got->lines, 3u);
    EXPECT_EQ(content(),
              "{\"batch_request_id\":\"1\"}\n{\"batch_request_id\":\"2\"}\n{\"batch_request_id\":"
              "\"3\"}\n");
    EXPECT_EQ(got->bytes, content().size());
    EXPECT_EQ(transport_.asked.size(), 2u);
}

TEST_F(Download, no_file_has_the_name_before_the_last_page_is_there) {
    for (const int status : {200, 404, 429, 500}) {
        transport_.answer = [&](const std::string& target) -> core::Result<HttpResponse> {
            if (target.find("token") == std::string::npos)
                return ok(R"({"results":[{"batch_request_id":"1"}],"pagination_token":"p2"})");
            return HttpResponse{status, {}, R"({"code":"x","error":"later"})"};
        };
        EXPECT_FALSE(fetch("xai", "b")) << status;
        EXPECT_FALSE(std::filesystem::exists(target_)) << status;
    }
    transport_.answer = [](const std::string&) -> core::Result<HttpResponse> {
        return core::Error(Errc::unavailable, "cut");
    };
    EXPECT_EQ(fetch("xai", "b").error().code(), Errc::unavailable);
}

TEST_F(Download, pages_that_lead_back_have_no_end) {
    transport_.answer = [](const std::string&) -> core::Result<HttpResponse> {
        return ok(R"({"results":[{"batch_request_id":"1"}],"pagination_token":"same"})");
    };
    EXPECT_EQ(fetch("xai", "b").error().code(), Errc::protocol);
    EXPECT_EQ(transport_.asked.size(), 2u);
    EXPECT_FALSE(std::filesystem::exists(target_));
}

TEST_F(Download, a_file_that_still_grows_is_left_for_later) {
    std::string incomplete = "true";
    transport_.answer = [&](const std::string&) -> core::Result<HttpResponse> {
        return HttpResponse{200, {{"X-Incomplete", incomplete}}, "{\"custom_id\":\"1\"}\n"};
    };
    const auto early = fetch("doubleword", "f");
    ASSERT_FALSE(early);
    EXPECT_EQ(early.error().code(), Errc::unavailable);
    EXPECT_FALSE(std::filesystem::exists(target_));
    incomplete = "false";
    EXPECT_EQ(fetch("doubleword", "f").value().lines, 1u);
    EXPECT_EQ(content(), "{\"custom_id\":\"1\"}\n");
    EXPECT_EQ(transport_.asked, (std::vector<std::string>{"/files/f/content", "/files/f/content"}));
}

TEST_F(Download, a_file_has_the_length_that_the_provider_tells) {
    transport_.answer = [](const std::string& target) -> core::Result<HttpResponse> {
        return ok(target == "/files/f" ? R"({"id":"f","bytes":9})" : "{}\n");
    };
    EXPECT_EQ(fetch("openai", "f").error().code(), Errc::protocol);
    EXPECT_TRUE(fetch("mistral", "f"));  // its word for it is not relied on
}

}  // namespace
}  // namespace overnight::poller
