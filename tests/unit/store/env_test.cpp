// The environment among other processes: who is stopped or killed must not hold up the others.

#include "store/env.hpp"

#include "store/raw_table.hpp"
#include "tests/unit/store/support.hpp"

#include <csignal>
#include <sys/resource.h>
#include <thread>

namespace overnight::store {
namespace {

using namespace testing;
using namespace std::chrono_literals;

constexpr std::size_t small_map = 64u << 20;

/// A process that does something to the store and then holds still until it is killed.
class Holder {
public:
    using HoldStill = std::function<void()>;
    explicit Holder(const std::function<void(const HoldStill&)>& body) {
        int ready[2];
        if (::pipe(ready) != 0) throw std::runtime_error("pipe");
        pid_ = ::fork();
        if (pid_ == 0) {
            body([&] {
                if (::write(ready[1], "", 1) != 1) ::_exit(98);
                for (;;)
                    ::pause();
            });
            ::_exit(99);
        }
        ::close(ready[1]);
        char byte = 0;
        const bool holds = ::read(ready[0], &byte, 1) == 1;
        ::close(ready[0]);
        if (!holds) throw std::runtime_error("the holder died");
    }
    ~Holder() { kill(); }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;
    void kill() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }
    pid_t pid() const { return pid_; }

private:
    pid_t pid_ = 0;
};

TEST(Env, a_writer_that_is_stopped_is_named_and_not_waited_for_for_ever) {
    const TempDir dir;
    Holder writer([&](const Holder::HoldStill& hold_still) {
        const auto env = Env::open(dir.path(), small_map).value();
        const auto txn = env->write().value();
        hold_still();
    });
    const auto opened = Env::open(dir.path(), small_map, 20ms);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), Errc::unavailable);
    EXPECT_NE(opened.error().message().find("process " + std::to_string(writer.pid()) + " writes"),
              std::string::npos)
        << opened.error().message();
    writer.kill();
    EXPECT_TRUE(Env::open(dir.path(), small_map, 20ms));
}

TEST(Env, a_writer_that_was_refused_may_write_when_the_other_has_ended) {
    const TempDir dir;
    const auto env = Env::open(dir.path(), small_map, 20ms).value();
    {
        const auto first = env->write().value();
        std::thread([&] { EXPECT_EQ(code(env->write()), Errc::unavailable); }).join();
    }
    std::move(env->write().value()).commit().value();
    std::thread([&] { EXPECT_TRUE(env->write()); }).join();
    Holder other([&](const Holder::HoldStill& hold_still) {
        // Not the environment of before the fork: that one is never used here.
        const auto gate = WriterGate::open(dir.path(), 20ms).value();
        const auto pass = gate->enter().value();
        hold_still();
    });
    EXPECT_EQ(code(env->write()), Errc::unavailable);
    other.kill();
    EXPECT_TRUE(env->write());
}

TEST(Env, a_killed_reader_does_not_let_the_file_grow) {
    const TempDir dir;
    Env::open(dir.path(), small_map).value();
    Holder reader([&](const Holder::HoldStill& hold_still) {
        const auto env = Env::open(dir.path(), small_map).value();
        const auto txn = env->read().value();
        hold_still();
    });
    const auto env = Env::open(dir.path(), small_map).value();  // when the reader still lives
    reader.kill();
    RawTable table;
    for (int i = 0; i < 300; ++i) {
        auto txn = env->write().value();
        table.open(txn, "t/1", Missing::create).value();
        table.put(txn, "key", std::string(1000, 'x')).value();
        std::move(txn).commit().value();
    }
    MDB_envinfo info{};
    ASSERT_EQ(mdb_env_info(env->raw(), &info), 0);
    EXPECT_LT(info.me_last_pgno, 50u);
}

/// A store's file that lost its end, which is part of a value with pages of its own. Gives its
/// size.
std::uint64_t make_cut_file(const std::filesystem::path& dir) {
    {
        const auto env = Env::open(dir, small_map).value();
        RawTable table;
        auto txn = env->write().value();
        table.open(txn, "t/1", Missing::create).value();
        table.put(txn, "key", std::string(100'000, 'x')).value();
        std::move(txn).commit().value();
    }
    const auto size = std::filesystem::file_size(dir / "data.mdb") - 8192;
    std::filesystem::resize_file(dir / "data.mdb", size);
    return size;
}

TEST(Env, a_file_that_was_cut_through_a_large_value_is_refused_and_kept_as_it_is) {
    const TempDir dir;
    const auto size = make_cut_file(dir.path());
    EXPECT_EQ(code(Env::open(dir.path(), small_map)), Errc::corrupt);
    EXPECT_EQ(std::filesystem::file_size(dir / "data.mdb"), size);
}

TEST(Env, a_short_file_on_a_full_disk_is_not_called_damaged) {
    const TempDir dir;
    const auto size = make_cut_file(dir.path());
    const int status = in_child([&] {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{size, size};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(1);
        const auto opened = Env::open(dir.path(), small_map);
        if (opened || opened.error().code() != Errc::out_of_space) ::_exit(2);
        if (opened.error().message().find("data.mdb") == std::string::npos) ::_exit(3);
    });
    EXPECT_EQ(status, 0);
    EXPECT_EQ(std::filesystem::file_size(dir / "data.mdb"), size);
}

}  // namespace
}  // namespace overnight::store
