// Reading an account's list of batches: when it proves that a batch is not in it.
#include "providers/batch_list.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace overnight::providers {
namespace {

/// Gives the pages in their order, then the last one again.
class Pages final : public model::Transport {
public:
    explicit Pages(std::vector<std::string> pages) : pages_(std::move(pages)) {}

    core::Result<model::HttpResponse> send(const model::HttpRequest& request,
                                           std::stop_token) override {
        targets.push_back(request.target);
        const auto at = std::min(targets.size(), pages_.size()) - 1;
        return model::HttpResponse{200, {}, pages_[at]};
    }
    core::Result<model::HttpResponse> upload(const model::HttpRequest&, std::stop_token) override {
        return core::Error(core::Errc::internal, "no upload is expected");
    }
    model::CreateOutcome create(const model::HttpRequest&,
                                const std::function<core::Result<>()>&,
                                std::stop_token) override {
        return model::NotSent{core::Error(core::Errc::internal, "no create is expected")};
    }
    core::Result<model::HttpResponse> download(
        const model::HttpRequest&,
        const std::function<core::Result<>(std::string_view)>&,
        std::uint64_t,
        std::stop_token) override {
        return core::Error(core::Errc::internal, "no download is expected");
    }

    std::vector<std::string> targets;

private:
    std::vector<std::string> pages_;
};

std::string batch(std::string_view id, std::string_view created) {
    return R"({"id":")" + std::string(id) +
           R"(","status":"completed","input_file_id":"f","created_at":)" + std::string(created) +
           "}";
}

struct Reading {
    ListRead read;
    std::vector<std::string> ids;
};

Reading read_until(std::string_view kind, Pages& pages, std::int64_t cut_off) {
    Account account;
    account.adapter = find_adapter(kind);
    account.transport = &pages;
    Reading made;
    const auto each = [&](BatchView& view) -> core::Result<> {
        made.ids.push_back(view.id.v);
        return {};
    };
    const auto enough = [&](std::int64_t last_created) { return last_created < cut_off; };
    made.read = read_batch_list(account, {}, each, enough).value();
    return made;
}

using Ids = std::vector<std::string>;

TEST(BatchList, is_read_to_the_place_that_was_asked_for) {
    Pages pages(
        {R"({"data":[)" + batch("b3", "300") + "," + batch("b2", "200") + R"(],"has_more":true})",
         R"({"data":[)" + batch("b1", "100") + R"(],"has_more":true})"});
    const auto made = read_until("openai", pages, 150);
    EXPECT_TRUE(made.read.complete);
    EXPECT_TRUE(made.read.orderly);
    EXPECT_EQ(made.ids, (Ids{"b3", "b2", "b1"}));
    EXPECT_EQ(pages.targets.size(), 2u);
}

TEST(BatchList, a_batch_without_a_time_does_not_end_the_reading) {
    // Taken for 1970, it would lie behind any place, and the lost batch on the next page would
    // count as absent: paid twice.
    for (const std::string_view time : {"null", "0", R"("soon")"}) {
        Pages pages({R"({"data":[)" + batch("b3", "300") + "," + batch("b2", time) +
                         R"(],"has_more":true})",
                     R"({"data":[)" + batch("lost", "250") + R"(],"has_more":false})"});
        const auto made = read_until("openai", pages, 200);
        EXPECT_EQ(made.ids, (Ids{"b3", "b2", "lost"}));
        EXPECT_FALSE(made.read.orderly) << time;
        EXPECT_NE(made.read.why.find("without a time"), std::string::npos) << made.read.why;
    }
}

TEST(BatchList, a_page_that_does_not_say_whether_there_is_more_is_no_end) {
    Pages pages({R"({"data":[)" + batch("b3", "300") + "]}"});
    const auto made = read_until("openai", pages, 100);
    EXPECT_FALSE(made.read.complete);
    EXPECT_NE(made.read.why, "");
}

TEST(BatchList, a_server_that_says_nothing_is_asked_for_the_page_behind) {
    Pages pages({R"({"data":[)" + batch("b1", "100") + "," + batch("b2", "200") + "]}",
                 R"({"data":[)" + batch("b3", "300") + "]}", R"({"data":[]})"});
    const auto made = read_until("openai-compatible", pages, 0);
    EXPECT_TRUE(made.read.complete);
    EXPECT_TRUE(made.read.orderly);
    EXPECT_EQ(made.ids, (Ids{"b1", "b2", "b3"}));
    ASSERT_EQ(pages.targets.size(), 3u);
    EXPECT_NE(pages.targets[2].find("after=b3"), std::string::npos) << pages.targets[2];
}

TEST(BatchList, a_server_that_ignores_the_cursor_proves_nothing) {
    Pages pages({R"({"data":[)" + batch("b1", "100") + "]}"});
    const auto made = read_until("openai-compatible", pages, 0);
    EXPECT_TRUE(made.read.complete);  // what it shows was all read
    EXPECT_FALSE(made.read.orderly);
    EXPECT_EQ(pages.targets.size(), 2u);
}

TEST(BatchList, where_there_are_no_pages_one_is_all) {
    Pages pages({R"({"object":"list","data":[)" + batch("b1", "null") + "]}"});
    const auto made = read_until("groq", pages, 100);
    EXPECT_TRUE(made.read.complete);
    EXPECT_TRUE(made.read.orderly);
    EXPECT_EQ(pages.targets.size(), 1u);
}

}  // namespace
}  // namespace overnight::providers
