// Files that appear complete or not at all, and the folders they stand in.
#include "jsonl/durable_file.hpp"

#include "core/fault_point.hpp"
#include "tests/unit/jsonl/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace overnight::jsonl::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

mode_t mode_of(const std::filesystem::path& path) {
    struct stat status {};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0);
    return status.st_mode & 07777;
}

/// Runs `body` in a child and gives its exit code.
template <class Body>
int in_child(Body body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(DurableFile, appears_complete_at_commit_and_not_before) {
    const TempDir dir;
    auto file = DurableFile::create(dir / "out", Replace::no).value();
    file.write("hello ").value();
    file.write(std::string(600'000, 'x')).value();
    file.write(" end").value();
    EXPECT_EQ(file.bytes(), 600'010u);
    EXPECT_FALSE(std::filesystem::exists(dir / "out"));
    EXPECT_THAT(dir.names(), ElementsAre(StartsWith(".overnight-tmp-")));
    std::move(file).commit().value();
    EXPECT_THAT(dir.names(), ElementsAre("out"));
    EXPECT_EQ(content_of(dir / "out"), "hello " + std::string(600'000, 'x') + " end");
    EXPECT_EQ(mode_of(dir / "out"), 0600u);
}

TEST(DurableFile, takes_the_mode_it_is_given) {
    const TempDir dir;
    std::move(DurableFile::create(dir / "out", Replace::no, 0400).value()).commit().value();
    EXPECT_EQ(mode_of(dir / "out"), 0400u);
    EXPECT_EQ(content_of(dir / "out"), "");
}

TEST(DurableFile, leaves_nothing_when_dropped_or_moved_over) {
    const TempDir dir;
    {
        auto file = DurableFile::create(dir / "a", Replace::no).value();
        file.write("x").value();
        auto other = DurableFile::create(dir / "b", Replace::no).value();
        EXPECT_EQ(dir.names().size(), 2u);
        file = std::move(other);
        EXPECT_EQ(dir.names().size(), 1u);
    }
    EXPECT_THAT(dir.names(), IsEmpty());
}

TEST(DurableFile, does_not_take_a_name_that_is_taken) {
    const TempDir dir;
    const auto path = dir.file("out", "old");
    const auto early = DurableFile::create(path, Replace::no);
    ASSERT_FALSE(early.has_value());
    EXPECT_EQ(early.error().code(), Errc::conflict);
    EXPECT_THAT(early.error().message(), HasSubstr("out exists already: move it away"));
    EXPECT_THAT(dir.names(), ElementsAre("out"));
}

TEST(DurableFile, does_not_take_a_name_that_was_taken_meanwhile) {
    const TempDir dir;
    auto file = DurableFile::create(dir / "out", Replace::no).value();
    dir.file("out", "other");
    const auto late = std::move(file).commit();
    ASSERT_FALSE(late.has_value());
    EXPECT_EQ(late.error().code(), Errc::conflict);
    EXPECT_THAT(dir.names(), ElementsAre("out"));
    EXPECT_EQ(content_of(dir / "out"), "other");
}

TEST(DurableFile, replaces_when_asked_and_never_in_place) {
    const TempDir dir;
    const auto path = dir.file("out", "old");
    std::filesystem::create_hard_link(path, dir / "reader");  // stands for somebody who has it open
    auto file = DurableFile::create(path, Replace::yes).value();
    file.write("new").value();
    EXPECT_EQ(content_of(path), "old");
    std::move(file).commit().value();
    EXPECT_EQ(content_of(path), "new");
    EXPECT_EQ(content_of(dir / "reader"), "old");
}

TEST(DurableFile, replaces_a_link_and_not_its_target) {
    const TempDir dir;
    const auto target = dir.file("target", "precious");
    std::filesystem::create_symlink(target, dir / "out");
    auto file = DurableFile::create(dir / "out", Replace::yes).value();
    file.write("new").value();
    std::move(file).commit().value();
    EXPECT_EQ(content_of(target), "precious");
    EXPECT_FALSE(std::filesystem::is_symlink(dir / "out"));
}

TEST(DurableFile, refuses_folders_devices_and_links_to_them) {
    const TempDir dir;
    std::filesystem::create_directory(dir / "folder");
    std::filesystem::create_symlink("/dev/null", dir / "null");
    ASSERT_EQ(::mkfifo((dir / "fifo").c_str(), 0600), 0);
    for (const Replace replace : {Replace::no, Replace::yes})
        for (const auto& path : {dir / "folder", dir / "folder/", dir / "null", dir / "fifo",
                                 dir / ".", std::filesystem::path("/dev/null")}) {
            const auto result = DurableFile::create(path, replace);
            ASSERT_FALSE(result.has_value()) << path;
            EXPECT_EQ(result.error().code(), Errc::conflict) << path;
        }
}

TEST(DurableFile, says_that_the_folder_is_missing) {
    const TempDir dir;
    const auto result = DurableFile::create(dir / "none/out", Replace::no);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), Errc::configuration);
    EXPECT_THAT(result.error().message(),
                AllOf(HasSubstr("none does not exist"), HasSubstr("create it first")));
}

TEST(DurableFile, says_that_the_folder_went_away) {
    const TempDir dir;
    std::filesystem::create_directory(dir / "folder");
    auto file = DurableFile::create(dir / "folder/out", Replace::no).value();
    std::filesystem::remove_all(dir / "folder");
    const auto result = std::move(file).commit();
    ASSERT_FALSE(result.has_value());
    EXPECT_THAT(result.error().message(), HasSubstr("removed meanwhile"));
}

TEST(DurableFile, a_write_that_hits_the_size_limit_publishes_nothing) {
    const TempDir dir;
    const int code = in_child([&] {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{300'000, 300'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        auto file = DurableFile::create(dir / "out", Replace::no).value();
        Result<> result;
        for (int i = 0; i < 1'000 && result; ++i)
            result = file.write(std::string(1'000, 'x'));
        if (result || result.error().code() != Errc::out_of_space) return 1;
        const std::string& message = result.error().message();
        if (message.find("out: File too large: raise") == std::string::npos) return 2;
        if (file.write("more")) return 3;
        if (std::move(file).commit()) return 4;
        return 0;
    });
    EXPECT_EQ(code, 0);
    EXPECT_FALSE(std::filesystem::exists(dir / "out"));
}

TEST(DurableFile, a_flush_that_fails_at_commit_publishes_nothing) {
    const TempDir dir;
    const int code = in_child([&] {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{10, 10};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        auto file = DurableFile::create(dir / "out", Replace::no).value();
        file.write(std::string(1'000, 'x')).value();  // stays in the buffer
        const auto result = std::move(file).commit();
        return !result && result.error().code() == Errc::out_of_space ? 0 : 1;
    });
    EXPECT_EQ(code, 0);
    EXPECT_THAT(dir.names(), IsEmpty());
}

TEST(SystemError, names_what_to_do_when_space_runs_out) {
    EXPECT_EQ(system_error(ENOSPC, "x", Errc::unavailable).code(), Errc::out_of_space);
    EXPECT_EQ(system_error(EDQUOT, "x", Errc::unavailable).code(), Errc::out_of_space);
    EXPECT_THAT(system_error(ENOSPC, "cannot write /x", Errc::unavailable).message(),
                AllOf(StartsWith("cannot write /x: No space"), HasSubstr("free some space")));
    EXPECT_EQ(system_error(EIO, "x", Errc::unavailable).code(), Errc::unavailable);
}

TEST(Sweep, removes_what_dead_processes_left_and_nothing_else) {
    const TempDir dir;
    dir.file(".overnight-tmp-dead", "x");
    dir.file("overnight-tmp-other", "x");
    dir.file("keep", "x");
    std::filesystem::create_directory(dir / ".overnight-tmp-folder");
    std::filesystem::create_symlink(dir / "keep", dir / ".overnight-tmp-link");
    auto alive = DurableFile::create(dir / "out", Replace::no).value();
    sweep_temporaries(dir.path()).value();
    EXPECT_FALSE(std::filesystem::exists(dir / ".overnight-tmp-dead"));
    EXPECT_EQ(dir.names().size(), 5u);
    std::move(alive).commit().value();
    EXPECT_TRUE(std::filesystem::exists(dir / "out"));
}

TEST(Sweep, removes_the_file_of_a_killed_process) {
    const TempDir dir;
    in_child([&] {
        auto file = DurableFile::create(dir / "out", Replace::no).value();
        file.write("x").value();
        ::_exit(0);  // no destructor runs
        return 0;
    });
    EXPECT_EQ(dir.names().size(), 1u);
    sweep_temporaries(dir.path()).value();
    EXPECT_THAT(dir.names(), IsEmpty());
    sweep_temporaries(dir / "none").value();
}

TEST(PrivateDirectory, is_created_closed_to_others_with_its_parents) {
    const TempDir dir;
    make_private_directory(dir / "a/b/c/").value();
    EXPECT_EQ(mode_of(dir / "a"), 0700u);
    EXPECT_EQ(mode_of(dir / "a/b/c"), 0700u);
    make_private_directory(dir / "a/b/c").value();
}

TEST(PrivateDirectory, refuses_what_others_could_reach) {
    const TempDir dir;
    std::filesystem::create_directory(dir / "open");
    ASSERT_EQ(::chmod((dir / "open").c_str(), 0750), 0);
    dir.file("file", "");
    make_private_directory(dir / "good").value();
    std::filesystem::create_directory_symlink(dir / "good", dir / "link");
    for (const char* name : {"open", "file", "link", "file/below"}) {
        const auto result = make_private_directory(dir / name);
        ASSERT_FALSE(result.has_value()) << name;
        EXPECT_EQ(result.error().code(), Errc::configuration) << name;
    }
    EXPECT_THAT(make_private_directory(dir / "open").error().message(), HasSubstr("chmod 700"));
}

TEST(DurableFile, a_process_that_dies_at_a_fault_point_leaves_the_old_state_or_the_new_one) {
    const char* const points[] = {"shard.written", "shard.synced", "shard.renamed"};
    for (const char* point : points) {
        const TempDir dir;
        const pid_t child = ::fork();
        if (child == 0) {
            ::setenv("OVERNIGHT_FAULT", (std::string(point) + ":1").c_str(), 1);
            core::detail::fault_points_on = true;
            auto file = DurableFile::create(dir / "out", Replace::no, 0600, "shard").value();
            file.write("all of it").value();
            std::move(file).commit().value();
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 137) << point;
        const bool there = std::filesystem::exists(dir / "out");
        EXPECT_EQ(there, std::string_view(point) == "shard.renamed") << point;
        if (there) {
            EXPECT_EQ(content_of(dir / "out"), "all of it");
        }
        sweep_temporaries(dir.path()).value();
        EXPECT_EQ(dir.names().size(), there ? 1u : 0u) << point;
    }
}

}  // namespace
}  // namespace overnight::jsonl::testing
