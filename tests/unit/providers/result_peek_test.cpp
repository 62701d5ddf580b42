// Whose batch a file of results is, read from as little of it as tells.
#include "providers/result_peek.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

namespace overnight::providers {
namespace {

/// Serves one file in pieces of a few bytes; cuts it short, or refuses it, when told to.
class File final : public model::Transport {
public:
    explicit File(std::string content) : content_(std::move(content)) {}

    core::Result<model::HttpResponse> download(
        const model::HttpRequest&,
        const std::function<core::Result<>(std::string_view)>& sink,
        std::uint64_t,
        std::stop_token) override {
        for (std::size_t at = 0; at < content_.size(); at += piece) {
            OVERNIGHT_TRY(sink(std::string_view(content_).substr(at, piece)));
            given = std::min(content_.size(), at + piece);
        }
        if (cut) return core::Error(core::Errc::unavailable, "cut");
        return model::HttpResponse{200, {}, {}};
    }
    core::Result<model::HttpResponse> send(const model::HttpRequest&, std::stop_token) override {
        return core::Error(core::Errc::internal, "nothing is asked");
    }
    core::Result<model::HttpResponse> upload(const model::HttpRequest&, std::stop_token) override {
        return core::Error(core::Errc::internal, "nothing is uploaded");
    }
    model::CreateOutcome create(const model::HttpRequest&,
                                const std::function<core::Result<>()>&,
                                std::stop_token) override {
        return model::NotSent{core::Error(core::Errc::internal, "nothing is created")};
    }

    bool cut = false;
    std::size_t given = 0;

private:
    static constexpr std::size_t piece = 7;
    std::string content_;
};

std::string line(const std::string& id) {
    return R"({"custom_id":")" + id + R"(","result":{"type":"expired"}})";
}

std::optional<std::string> peek(File& file) {
    Account account;
    account.adapter = find_adapter("anthropic");
    account.transport = &file;
    return first_custom_id(account, {"msgbatch_1"}, "/v1/messages", {});
}

TEST(ResultPeek, the_first_line_is_enough) {
    File file(line("a") + "\n" + line("b") + "\n" + std::string(10'000, 'x'));
    EXPECT_EQ(peek(file), "a");
    EXPECT_LT(file.given, 200u);
}

TEST(ResultPeek, a_damaged_first_line_does_not_hide_whose_the_others_are) {
    File file("{\"custom_id\n\n" + line("b") + "\n" + line("c") + "\n");
    EXPECT_EQ(peek(file), "b");
}

TEST(ResultPeek, a_last_line_counts_without_its_newline_when_the_file_is_whole) {
    File whole(line("a"));
    EXPECT_EQ(peek(whole), "a");
    File cut(line("a"));
    cut.cut = true;
    EXPECT_EQ(peek(cut), std::nullopt);
}

TEST(ResultPeek, nothing_is_found_in_nothing) {
    File empty("");
    EXPECT_EQ(peek(empty), std::nullopt);
    std::string junk;
    for (int i = 0; i < 3'000; ++i)
        junk += "junk\n";
    File file(junk + line("a") + "\n");
    EXPECT_EQ(peek(file), std::nullopt) << "a file of junk is given up";
    EXPECT_LT(file.given, junk.size());
}

}  // namespace
}  // namespace overnight::providers
