// What the tests of ordinary calls share: a store with one attempt of a few lines, and a server
// that does what the test says.
#pragma once

#include "model/custom_id.hpp"
#include "providers/account.hpp"
#include "submitter/sync_pass.hpp"
#include "submitter/sync_run.hpp"
#include "submitter/sync_shard.hpp"
#include "tests/unit/store/support.hpp"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <regex>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace overnight::submitter::testing {

inline constexpr std::string_view chat = "/v1/chat/completions";

inline std::string content_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

inline void write_to(const std::filesystem::path& path, std::string_view content) {
    std::ofstream out(path, std::ios::binary | std::ios::app);
    out << content;
}

/// No file of this process grows beyond a few bytes while it lives, as on a disk that is full.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit tight{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &tight);
    }
    ~FullDisk() { end(); }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;
    void end() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

/// A server behind a Transport. Any thread.
class Server final : public model::Transport {
public:
    /// What the call numbered `n` (from 0) with that body comes to. Runs after the last byte went;
    /// several at once.
    using Answer = std::function<model::CreateOutcome(std::size_t n, const std::string& body)>;
    explicit Server(Answer answer) : answer_(std::move(answer)) {}

    model::CreateOutcome create(const model::HttpRequest& request,
                                const std::function<core::Result<>()>& commit,
                                std::stop_token) override {
        std::size_t n = 0;
        {
            const std::lock_guard lock(mutex_);
            n = calls_++;
            if (before_commit && !before_commit(n))
                return model::NotSent{core::Error(core::Errc::unavailable, "refused")};
        }
        if (auto may = commit(); !may) return model::NotSent{std::move(may).error()};
        std::string body;
        for (const auto& piece : request.body)
            body += std::get<std::string>(piece);
        const auto at_once = ++in_flight_;
        auto most = most_at_once_.load();
        while (at_once > most && !most_at_once_.compare_exchange_weak(most, at_once)) {
        }
        auto outcome = answer_(n, body);
        --in_flight_;
        const std::lock_guard lock(mutex_);
        ++arrived_[body];
        return outcome;
    }
    core::Result<model::HttpResponse> send(const model::HttpRequest&, std::stop_token) override {
        const std::lock_guard lock(mutex_);
        const auto n = questions_++;
        if (answer_question) return answer_question(n);
        model::HttpResponse reply;
        reply.status = 404;
        return reply;
    }
    void abandon() override { abandoned = true; }
    core::Result<model::HttpResponse> upload(const model::HttpRequest&, std::stop_token) override {
        return core::Error(core::Errc::internal, "nothing is uploaded");
    }
    core::Result<model::HttpResponse> download(
        const model::HttpRequest&,
        const std::function<core::Result<>(std::string_view)>&,
        std::uint64_t,
        std::stop_token) override {
        return core::Error(core::Errc::internal, "nothing is downloaded");
    }

    /// What the question numbered `n`, that costs nothing, comes to; else 404.
    std::function<core::Result<model::HttpResponse>(std::size_t n)> answer_question;
    std::atomic<bool> abandoned{false};
    /// False: the connection is refused.
    std::function<bool(std::size_t n)> before_commit;

    std::size_t calls() const {
        const std::lock_guard lock(mutex_);
        return calls_;
    }
    std::size_t questions() const {
        const std::lock_guard lock(mutex_);
        return questions_;
    }
    unsigned most_at_once() const { return most_at_once_; }
    /// How often each body came.
    std::map<std::string, int> arrived() const {
        const std::lock_guard lock(mutex_);
        return arrived_;
    }

private:
    Answer answer_;
    mutable std::mutex mutex_;
    std::size_t calls_ = 0;
    std::size_t questions_ = 0;
    std::map<std::string, int> arrived_;
    std::atomic<unsigned> in_flight_{0};
    std::atomic<unsigned> most_at_once_{0};
};

inline model::HttpResponse ok(const std::string& answer = "yes") {
    model::HttpResponse reply;
    reply.status = 200;
    reply.headers.push_back({"Content-Type", "application/json"});
    reply.body =
        R"({"id":"x","object":"chat.completion","model":"m","choices":[{"index":0,)"
        R"("message":{"role":"assistant","content":")" +
        answer +
        R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2}})";
    return reply;
}
inline model::HttpResponse error(int status, std::vector<model::HttpHeader> headers = {}) {
    model::HttpResponse reply;
    reply.status = status;
    reply.headers = std::move(headers);
    reply.body = R"({"error":{"message":"no","type":"some_error","code":null}})";
    return reply;
}

/// A store with one running job of one shard, whose attempt is sent line by line.
class SyncWorld : public ::testing::Test {
protected:
    void make_job(std::uint32_t lines) {
        store_ = store::testing::open_store(dir_.path());
        auto facts = store::testing::some_job();
        const auto id = store_->begin_job(facts).value();
        facts.id = id;
        const std::vector<model::RowRecord> rows(lines);
        store_->append_rows(id, {0}, rows).value();
        attempt_ = store::testing::some_attempt(id, 0, 1);
        attempt_.requests = lines;
        std::string text;
        for (std::uint32_t i = 0; i < lines; ++i)
            adapter_.append_raw_line(text, custom_id(i), chat, body(i));
        attempt_.file_bytes = text.size();
        write_to(store_->shard_file(attempt_.key), text);
        store_->add_shard(store::testing::some_shard(id, 0, lines), attempt_).value();
        store_->publish_job(facts).value();
        job_ = store_->job(id).value().value();
        account_.name.v = "openai";
        account_.adapter = &adapter_;
        account_.tier = providers::Tier::sync;
        account_.poll = std::chrono::milliseconds{50};
        account_.key_fingerprint = "cafe";
    }
    std::string custom_id(std::uint32_t line) const {
        return model::make_custom_id(attempt_.intent, line, 1);
    }
    static std::string body(std::uint32_t line) {
        return R"({"model":"m","messages":[{"role":"user","content":"line )" +
               std::to_string(line) + R"("}]})";
    }
    std::shared_ptr<SyncShard> open_shard() {
        return SyncShard::open(*store_, attempt_, job_, adapter_).value();
    }
    /// Runs until the attempt is idle.
    void run(Server& server, const std::shared_ptr<SyncShard>& shard) {
        account_.calls = &server;
        SyncRun calls(account_, clock_);
        calls.add(shard);
        while (!calls.is_idle(shard->key()))
            calls.wait(std::chrono::milliseconds{20});
        view_ = calls.view();
    }
    /// Line -> code of its result ("" for an answer).
    std::map<std::uint32_t, std::string> results(const std::filesystem::path& file) const {
        std::map<std::uint32_t, std::string> found;
        const auto parser = adapter_.line_parser(chat);
        std::istringstream in(content_of(file));
        std::string line;
        providers::LineResult result;
        while (std::getline(in, line)) {
            EXPECT_TRUE(parser->parse(line, result)) << line;
            const auto id = model::parse_custom_id(result.custom_id);
            EXPECT_TRUE(id && id->intent == attempt_.intent.v) << line;
            EXPECT_TRUE(found.emplace(id->index, result.code).second) << "twice: " << line;
        }
        return found;
    }

    store::testing::TempDir dir_;
    core::SystemClock clock_;
    const providers::Adapter& adapter_ = *providers::find_adapter("openai");
    std::unique_ptr<store::Store> store_;
    model::Attempt attempt_;
    model::Job job_;
    providers::Account account_;
    SyncRun::View view_;
};

}  // namespace overnight::submitter::testing
