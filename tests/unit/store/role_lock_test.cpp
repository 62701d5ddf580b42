// Role locks: one holder among processes and within one, freed by death.

#include "store/role_lock.hpp"

#include "tests/unit/store/support.hpp"

#include <csignal>

namespace overnight::store {
namespace {

using namespace testing;

TEST(RoleLock, has_one_holder_a_role) {
    const TempDir dir;
    auto submit = RoleLock::try_take(dir.path(), Role::submit).value();
    ASSERT_TRUE(submit);
    EXPECT_FALSE(RoleLock::try_take(dir.path(), Role::submit).value());
    EXPECT_TRUE(RoleLock::try_take(dir.path(), Role::poll).value());  // dropped at once
    EXPECT_EQ(RoleLock::owner(dir.path(), Role::submit), std::to_string(::getpid()));
    EXPECT_EQ(RoleLock::owner(dir.path(), Role::poll), "");
    EXPECT_EQ(RoleLock::owner(dir.path(), Role::plan), "");
    RoleLock moved = *std::move(submit);
    submit.reset();
    EXPECT_FALSE(RoleLock::try_take(dir.path(), Role::submit).value());
    RoleLock other = *RoleLock::try_take(dir.path(), Role::plan).value();
    other = std::move(moved);
    EXPECT_FALSE(RoleLock::try_take(dir.path(), Role::submit).value());
}

TEST(RoleLock, is_not_lost_when_another_descriptor_of_the_file_is_closed) {
    const TempDir dir;
    const auto held = RoleLock::try_take(dir.path(), Role::poll).value();
    ASSERT_TRUE(held);
    RoleLock::owner(dir.path(), Role::poll);
    (void)RoleLock::try_take(dir.path(), Role::poll);
    EXPECT_EQ(
        in_child([&] { ::_exit(RoleLock::try_take(dir.path(), Role::poll).value() ? 1 : 0); }), 0);
}

TEST(RoleLock, ends_with_its_process) {
    const TempDir dir;
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
        const auto held = RoleLock::try_take(dir.path(), Role::reconcile).value();
        const char byte = held ? 'y' : 'n';
        if (::write(ready[1], &byte, 1) != 1) ::_exit(1);
        ::pause();
        ::_exit(1);
    }
    char byte = 0;
    ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    EXPECT_EQ(byte, 'y');
    EXPECT_FALSE(RoleLock::try_take(dir.path(), Role::reconcile).value());
    EXPECT_EQ(RoleLock::owner(dir.path(), Role::reconcile), std::to_string(pid));
    ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    EXPECT_EQ(RoleLock::owner(dir.path(), Role::reconcile),
              "");  // the pid in the file says nothing
    EXPECT_TRUE(RoleLock::try_take(dir.path(), Role::reconcile).value());
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST(RoleLock, an_unusable_folder_is_an_error) {
    EXPECT_FALSE(RoleLock::try_take("/nonexistent/state", Role::submit));
    EXPECT_EQ(RoleLock::owner("/nonexistent/state", Role::submit), "");
}

}  // namespace
}  // namespace overnight::store
