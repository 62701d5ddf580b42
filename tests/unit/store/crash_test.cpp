// Processes that die at every point of a transaction, or at any moment, and processes that work
// side by side. What was acknowledged is there afterwards and the check is clean. _exit and SIGKILL
// keep the page cache: this is about the death of a process, not about power loss.

#include "tests/unit/store/support.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <map>
#include <random>
#include <thread>

namespace overnight::store {
namespace {

using namespace testing;

/// Numbers that the child acknowledged, through a pipe.
class Acks {
public:
    Acks() {
        if (::pipe(fds_) != 0) throw std::runtime_error("pipe");
    }
    ~Acks() {
        ::close(fds_[0]);
        if (fds_[1] >= 0) ::close(fds_[1]);
    }
    Acks(const Acks&) = delete;
    Acks& operator=(const Acks&) = delete;
    void send(std::uint64_t number) const {
        if (::write(fds_[1], &number, sizeof number) != sizeof number) ::_exit(98);
    }
    std::uint64_t wait_for(std::uint64_t wanted) {
        std::uint64_t number = 0;
        while (number < wanted && ::read(fds_[0], &number, sizeof number) == sizeof number) {
        }
        return number;
    }
    /// The last one, once every writer is gone.
    std::uint64_t last() {
        ::close(fds_[1]);
        fds_[1] = -1;
        std::uint64_t number = 0;
        std::uint64_t latest = 0;
        while (::read(fds_[0], &number, sizeof number) == sizeof number)
            latest = number;
        return latest;
    }

private:
    int fds_[2] = {-1, -1};
};

/// One round of a job's life; the same in every process that runs it.
void live_one_job(Store& store) {
    const JobId job = store.begin_job(some_job()).value();
    store.append_rows(job, {0}, std::vector<RowRecord>(150)).value();
    store.add_shard(some_shard(job, 0, 150), some_attempt(job, 0, 1)).value();
    auto facts = some_job();
    facts.id = job;
    store.publish_job(facts).value();
    Settlement s = answering(store, {job, {0}, 1}, {});
    auto [segment, places] = write_segment(store, job, {"a", "b"});
    s.segment = segment;
    s.rows = {{{0}, {RowState::answered, places[0]}}, {{120}, {RowState::answered, places[1]}}};
    std::vector<IndexEntry> entries{{Fingerprint{1}, places[0]}};
    s.index = write_index(store, entries).value();
    for (std::uint64_t r = 1; r < 150; ++r)
        if (r != 120 && r != 149) add_retry(s, r, at(1));
    add_failure(s, 149);
    store.settle(s).value();
    store.requeue_failures(job, at(2)).value();
    const JobId discarded = store.begin_job(some_job()).value();
    store.append_rows(discarded, {0}, std::vector<RowRecord>(10)).value();
    store.discard_job(discarded).value();
    compact_indexes(store, 1).value();
}

// Run by the test below in a process of its own, because fault points read the environment once.
TEST(CrashChild, DISABLED_lives_one_job) {
    const char* dir = std::getenv("OVERNIGHT_TEST_STATE");
    if (!dir) GTEST_SKIP();
    const auto store = open_store(dir);
    live_one_job(*store);
}

/// Leaves a name in the environment as it was.
class Variable {
public:
    Variable(const char* name, const std::string& value) : name_(name) {
        ::setenv(name, value.c_str(), 1);
    }
    ~Variable() { ::unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* name_;
};

int run_child() {
    return in_child([] {
        const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        ::dup2(null, 1);
        ::execl("/proc/self/exe", "overnight_store_test", "--gtest_filter=CrashChild.*",
                "--gtest_also_run_disabled_tests", nullptr);
    });
}

std::vector<std::string> trace(const std::filesystem::path& dir) {
    const auto file = dir / "trace";
    EXPECT_EQ(run_child(), 0);
    std::vector<std::string> points;
    std::FILE* in = std::fopen(file.c_str(), "r");
    char line[200];
    while (in && std::fgets(line, sizeof line, in)) {
        std::string text = line;
        text.pop_back();
        points.push_back(std::move(text));
    }
    if (in) std::fclose(in);
    return points;
}

TEST(Crash, at_every_fault_point_leaves_a_clean_store) {
    const TempDir dir;
    std::vector<std::string> points;
    {
        const Variable state("OVERNIGHT_TEST_STATE", dir / "traced");
        const Variable traced("OVERNIGHT_FAULT_TRACE", dir / "trace");
        points = trace(dir.path());
    }
    const auto has = [&](const char* point) {
        return std::find(points.begin(), points.end(), point) != points.end();
    };
    EXPECT_TRUE(has("store.commit.before") && has("store.commit.after"));
    EXPECT_TRUE(has("segment.committed") && has("index.committed"));
    ASSERT_GT(points.size(), 30u);

    std::map<std::string, int> passed;
    int state_no = 0;
    for (const std::string& point : points) {
        const int nth = ++passed[point];
        const auto state_dir = dir / ("s" + std::to_string(++state_no));
        const Variable state("OVERNIGHT_TEST_STATE", state_dir);
        {
            const Variable fault("OVERNIGHT_FAULT", point + ":" + std::to_string(nth));
            const int status = run_child();
            ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 137) << point << ":" << nth;
        }
        const auto store = open_store(state_dir);
        EXPECT_EQ(store->check().value(), std::vector<std::string>{}) << point << ":" << nth;
        for (const Role role : {Role::plan, Role::submit, Role::poll, Role::reconcile})
            store->sweep(role).value();
        EXPECT_EQ(store->check().value(), std::vector<std::string>{}) << point << ":" << nth;
        // Only what the store names is left.
        const auto files = store->segments().value().size() + store->indexes().value().size();
        EXPECT_EQ(static_cast<std::size_t>(std::distance(
                      std::filesystem::directory_iterator(state_dir / "results"), {})),
                  files)
            << point << ":" << nth;
        live_one_job(*store);  // and life goes on
        EXPECT_EQ(store->check().value(), std::vector<std::string>{}) << point << ":" << nth;
        std::filesystem::remove_all(state_dir);
    }
}

TEST(Crash, at_any_moment_loses_nothing_that_was_acknowledged) {
    std::mt19937_64 random(20261121);
    const TempDir dir;
    std::uint64_t acknowledged = 0;
    for (int round = 0; round < 6; ++round) {
        Acks acks;
        const pid_t pid = ::fork();
        ASSERT_GE(pid, 0);
        if (pid == 0) {
            const auto store = open_store(dir.path());
            for (std::uint64_t next = acknowledged + 1;; ++next) {
                store->edit_account({"a"}, [&](Account& a) { a.token_limits["n"] = next; }).value();
                acks.send(next);
                if (next % 16 == 0) store->new_segment_no().value();
            }
        }
        const std::uint64_t seen = acks.wait_for(acknowledged + 1 + random() % 20);
        ::kill(pid, SIGKILL);
        int status = 0;
        ::waitpid(pid, &status, 0);
        acknowledged = std::max(seen, acks.last());
        const auto store = open_store(dir.path());
        const auto stored = store->account({"a"}).value().token_limits.at("n");
        EXPECT_GE(stored, acknowledged);
        EXPECT_LE(stored, acknowledged + 1);
        acknowledged = stored;
        EXPECT_CLEAN(*store);
    }
}

TEST(Processes, write_in_turns_and_lose_nothing) {
    const TempDir dir;
    open_store(dir.path());
    std::vector<pid_t> children;
    constexpr int each = 40;
    for (int i = 0; i < 3; ++i) {
        const pid_t pid = ::fork();
        ASSERT_GE(pid, 0);
        if (pid == 0) {
            const auto store = open_store(dir.path());
            for (int n = 0; n < each; ++n)
                store->edit_account({"shared"}, [](Account& a) { ++a.token_limits["n"]; }).value();
            ::_exit(0);
        }
        children.push_back(pid);
    }
    for (const pid_t pid : children) {
        int status = 0;
        ASSERT_EQ(::waitpid(pid, &status, 0), pid);
        EXPECT_EQ(status, 0);
    }
    const auto store = open_store(dir.path());
    EXPECT_EQ(store->account({"shared"}).value().token_limits.at("n"), 3u * each);
    EXPECT_EQ(store->installation().generation, 5u);
    EXPECT_CLEAN(*store);
}

TEST(Threads, use_one_store_at_once) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = running_job(*store, 500);
    std::thread writer([&] {
        for (int n = 0; n < 50; ++n)
            store->edit_account({"shared"}, [](Account& a) { ++a.token_limits["n"]; }).value();
    });
    std::thread other_writer([&] {
        for (int n = 0; n < 50; ++n)
            store->edit_job(job, [](model::Job& j) { ++j.usage.output_tokens; }).value();
    });
    std::vector<RowRecord> out(500);
    for (int n = 0; n < 200; ++n) {
        store->read_rows(job, {0}, out).value();
        store->jobs().value();
        store->live_attempts().value();
        EXPECT_LE(store->job(job).value()->usage.output_tokens, 50u);
    }
    writer.join();
    other_writer.join();
    EXPECT_EQ(store->account({"shared"}).value().token_limits.at("n"), 50u);
    EXPECT_EQ(store->job(job).value()->usage.output_tokens, 50u);
    EXPECT_CLEAN(*store);
}

/// Resident memory of this process in KiB, of mapped files alone.
std::uint64_t resident_file_kib() {
    std::FILE* in = std::fopen("/proc/self/status", "r");
    char line[200];
    std::uint64_t kib = 0;
    while (in && std::fgets(line, sizeof line, in)) {
        unsigned long long number = 0;
        if (std::sscanf(line, "RssFile: %llu", &number) == 1 ||
            std::sscanf(line, "RssShmem: %llu", &number) == 1)
            kib += number;
    }
    if (in) std::fclose(in);
    return kib;
}

TEST(Memory, does_not_grow_with_the_rows_that_pass) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = store->begin_job(some_job()).value();
    constexpr std::uint64_t rows = 8'000'000;  // about 160 MB
    const std::vector<RowRecord> some(100'000);
    for (std::uint64_t r = 0; r < rows; r += some.size())
        store->append_rows(job, {r}, some).value();
    const auto before = resident_file_kib();
    std::vector<RowRecord> out(50'000);
    std::uint64_t most = 0;
    for (int pass = 0; pass < 1; ++pass) {
        for (std::uint64_t r = 0; r < rows; r += out.size()) {
            store->read_rows(job, {r}, out).value();
            ASSERT_EQ(out.back().state, RowState::waiting);
            most = std::max(most, resident_file_kib());
        }
    }
    if (before == 0) GTEST_SKIP() << "the kernel does not say";
    EXPECT_LT(most, before + 80 * 1024);
}

}  // namespace
}  // namespace overnight::store
