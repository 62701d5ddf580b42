#include "cli/session.hpp"

#include "tests/unit/cli/environment_map.hpp"
#include "tests/unit/cli/temp_dir.hpp"

#include <gtest/gtest.h>

#include <string>
#include <unistd.h>

namespace overnight::cli {
namespace {

TEST(StateDir, the_order_is_option_service_xdg_home) {
    Common common;
    const auto all = environment({{"STATE_DIRECTORY", "/var/lib/a:/var/lib/b"},
                                  {"XDG_STATE_HOME", "/xdg"},
                                  {"HOME", "/home/me"}});
    EXPECT_EQ(state_dir(common, all).value(), "/var/lib/a");
    EXPECT_EQ(
        state_dir(common, environment({{"XDG_STATE_HOME", "/xdg"}, {"HOME", "/home/me"}})).value(),
        "/xdg/overnight");
    EXPECT_EQ(state_dir(common, environment({{"HOME", "/home/me"}})).value(),
              "/home/me/.local/state/overnight");
    EXPECT_EQ(state_dir(common, environment({{"XDG_STATE_HOME", "relative"}, {"HOME", "/home/me"}}))
                  .value(),
              "/home/me/.local/state/overnight")
        << "a relative XDG path is to be ignored";
    common.state = "/somewhere";
    EXPECT_EQ(state_dir(common, all).value(), "/somewhere");
    common.state.clear();
    const auto nowhere = state_dir(common, environment({}));
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().code(), core::Errc::configuration);
}

TEST(StateDir, emulated_sessions_have_their_own) {
    Common common;
    common.emulate = Emulate::yes;
    const auto env = environment({{"HOME", "/home/me"}});
    EXPECT_EQ(state_dir(common, env).value(), "/home/me/.local/state/overnight/emulated");
    common.state = "/somewhere";
    EXPECT_EQ(state_dir(common, env).value(), "/somewhere");
}

TEST(SameState, is_what_the_command_said_and_fit_for_a_shell) {
    Common common;
    EXPECT_EQ(same_state(common), "");
    common.emulate = Emulate::yes;
    EXPECT_EQ(same_state(common), " --emulate");
    common.state = "/tmp/a b'c";
    EXPECT_EQ(same_state(common), R"( --emulate --state '/tmp/a b'\''c')");
    common.emulate = Emulate::no;
    common.state = "build/demo/state";
    EXPECT_EQ(same_state(common), " --state build/demo/state");
}

class SessionTest : public ::testing::Test {
protected:
    SessionTest() {
        common_.state = (dir_.path() / "state").string();
        common_.filesystem = Filesystem::any;
    }
    Session session() { return {common_, console_, env_, clock_, {}}; }

    TempDir dir_;
    Common common_;
    Console console_{STDOUT_FILENO, STDERR_FILENO, Form::text, Quiet::yes};
    Environment env_ = environment({});
    core::ManualClock clock_;
};

TEST_F(SessionTest, looking_makes_nothing) {
    const auto store = open_existing_store(session());
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code(), core::Errc::not_found);
    EXPECT_FALSE(std::filesystem::exists(common_.state));
}

TEST_F(SessionTest, emulated_and_real_answers_never_meet) {
    common_.emulate = Emulate::yes;
    { ASSERT_TRUE(open_store_to_send(session())); }
    { ASSERT_TRUE(open_store_to_send(session())) << "a second time is fine"; }
    common_.emulate = Emulate::no;
    const auto real = open_store_to_send(session());
    ASSERT_FALSE(real);
    EXPECT_EQ(real.error().code(), core::Errc::configuration);
    EXPECT_TRUE(open_existing_store(session())) << "looking is allowed";
}

TEST_F(SessionTest, the_emulator_stays_away_from_real_work) {
    {
        const auto store = open_store_to_send(session());
        ASSERT_TRUE(store);
        model::Job job;
        job.name = "real";
        ASSERT_TRUE((*store)->begin_job(job));
    }
    common_.emulate = Emulate::yes;
    const auto emulated = open_store_to_send(session());
    ASSERT_FALSE(emulated);
    EXPECT_EQ(emulated.error().code(), core::Errc::configuration);
}

TEST_F(SessionTest, a_state_without_work_may_become_emulated) {
    { ASSERT_TRUE(open_store(session())) << "a plan makes one"; }
    common_.emulate = Emulate::yes;
    EXPECT_TRUE(open_store_to_send(session()));
}

}  // namespace
}  // namespace overnight::cli
