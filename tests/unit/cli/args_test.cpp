#include "cli/args.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace overnight::cli {
namespace {

using Words = std::vector<std::string>;

Invocation parsed(const Words& words) {
    auto result = parse_args(words);
    if (const auto* answer = std::get_if<Answer>(&result)) {
        ADD_FAILURE() << answer->err << answer->out;
        return {};
    }
    return std::get<Invocation>(std::move(result));
}

Answer answered(const Words& words) {
    auto result = parse_args(words);
    if (!std::holds_alternative<Answer>(result)) {
        ADD_FAILURE() << "was taken as a command";
        return {-1, {}, {}};
    }
    return std::get<Answer>(std::move(result));
}

template <class T>
T command(const Words& words) {
    const auto invocation = parsed(words);
    const auto* value = std::get_if<T>(&invocation.command);
    if (!value) ADD_FAILURE() << "is another command";
    return value ? *value : T{};
}

TEST(Args, run_takes_everything) {
    const auto run =
        command<RunCommand>({"run", "topics.toml", "--output", "out.csv", "--emulate", "--ledger",
                             "l.jsonl", "--faults", "f.json", "--speed", "60"});
    EXPECT_EQ(run.work.file, "topics.toml");
    EXPECT_EQ(run.output, "out.csv");
    EXPECT_EQ(run.emulation.ledger, "l.jsonl");
    EXPECT_EQ(run.emulation.faults, "f.json");
    EXPECT_EQ(run.emulation.speed, 60);
}

TEST(Args, options_may_stand_before_and_behind) {
    const auto before = parsed({"run", "--state", "s", "--json", "r.toml"});
    EXPECT_EQ(before.common.state, "s");
    EXPECT_EQ(before.common.form, Form::json);
    const auto behind = parsed({"run", "r.toml", "--config=c.toml", "--quiet", "--emulate"});
    EXPECT_EQ(behind.common.config, "c.toml");
    EXPECT_EQ(behind.common.quiet, Quiet::yes);
    EXPECT_EQ(behind.common.emulate, Emulate::yes);
}

TEST(Args, every_command_takes_the_common_options) {
    const std::vector<Words> commands = {{"run", "r.toml"},
                                         {"plan", "r.toml"},
                                         {"submit", "r.toml"},
                                         {"status"},
                                         {"results", "1"},
                                         {"errors", "1"},
                                         {"retry", "1"},
                                         {"cancel", "1"},
                                         {"forget", "1"},
                                         {"daemon"},
                                         {"pass"},
                                         {"doctor"},
                                         {"emulator", "--listen", "127.0.0.1:0"}};
    for (auto words : commands) {
        words.insert(words.end(), {"--json", "--state", "dir", "--config", "c.toml"});
        const auto invocation = parsed(words);
        EXPECT_EQ(invocation.common.form, Form::json) << words[0];
        EXPECT_EQ(invocation.common.config, "c.toml") << words[0];
        if (words[0] != "emulator") {
            EXPECT_EQ(invocation.common.state, "dir") << words[0];
        }
    }
}

TEST(Args, each_command_is_itself) {
    EXPECT_EQ(command<PlanCommand>({"plan", "r.toml"}).work.file, "r.toml");
    EXPECT_EQ(command<SubmitCommand>({"submit", "q.jsonl", "--provider", "mine"}).work.provider,
              "mine");
    EXPECT_EQ(command<StatusCommand>({"status"}).job, "");
    EXPECT_EQ(command<StatusCommand>({"status", "3", "--follow"}).follow, Follow::yes);
    EXPECT_EQ(command<ResultsCommand>({"results", "3", "-o", "-"}).output, "-");
    EXPECT_EQ(command<ErrorsCommand>({"errors", "3"}).job, "3");
    EXPECT_EQ(command<RetryCommand>({"retry", "topics.toml"}).job, "topics.toml");
    EXPECT_EQ(command<CancelCommand>({"cancel", "3"}).job, "3");
    EXPECT_EQ(command<ForgetCommand>({"forget", "3"}).job, "3");
    EXPECT_EQ(command<PassCommand>({"pass"}).role, "");
    EXPECT_EQ(command<PassCommand>({"pass", "reconcile"}).role, "reconcile");
    EXPECT_EQ(command<DoctorCommand>({"doctor", "--release", "openai"}).release, "openai");
    EXPECT_EQ(command<DoctorCommand>({"doctor", "--offline"}).reach, Reach::offline);
    const auto emulator = command<EmulatorCommand>(
        {"emulator", "--listen", "127.0.0.1:0", "--state", "e", "--ledger", "l"});
    EXPECT_EQ(emulator.listen, "127.0.0.1:0");
    EXPECT_EQ(emulator.state, "e");
    EXPECT_EQ(emulator.emulation.ledger, "l");
}

TEST(Args, standard_input_is_work) {
    EXPECT_EQ(command<RunCommand>({"run", "-", "-o", "x.jsonl"}).work.file, "-");
}

TEST(Args, wrong_usage_is_2_and_names_the_help) {
    const std::vector<Words> wrong = {{},
                                      {"run"},
                                      {"run", "a.toml", "b.toml"},
                                      {"run", "a.toml", "--no-such-option"},
                                      {"run", "a.toml", "--speed", "fast", "--emulate"},
                                      {"run", "a.toml", "--emulate", "--speed", "-1"},
                                      {"run", "a.toml", "--ledger", "l.jsonl"},
                                      {"results"},
                                      {"pass", "merge"},
                                      {"emulator"},
                                      {"emulator", "--listen", "127.0.0.1"},
                                      {"emulator", "--listen", "0.0.0.0:80"},
                                      {"statsu"},
                                      {"report"},
                                      {"--json"}};
    for (const auto& words : wrong) {
        const auto answer = answered(words);
        EXPECT_EQ(answer.exit_code, 2) << ::testing::PrintToString(words);
        EXPECT_NE(answer.err, "") << ::testing::PrintToString(words);
        EXPECT_EQ(answer.out, "") << ::testing::PrintToString(words);
    }
}

TEST(Args, a_misspelt_command_gets_a_guess) {
    EXPECT_NE(answered({"statsu"}).err.find("did you mean 'status'?"), std::string::npos);
}

TEST(Args, control_characters_do_not_reach_the_terminal) {
    const auto answer = answered({"run\x1b]0;title\x07"});
    EXPECT_EQ(answer.err.find('\x1b'), std::string::npos);
    EXPECT_EQ(answered({"run", "r", "--x\x1b[2J"}).err.find('\x1b'), std::string::npos);
}

TEST(Args, help_shows_examples_first) {
    const auto help = answered({"--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_LT(help.out.find("Examples:"), help.out.find("Usage:"));
    EXPECT_NE(help.out.find("Exit codes:"), std::string::npos);
    for (const char* name : {"run", "plan", "submit", "status", "results", "errors", "doctor"}) {
        const auto of_command = answered({name, "--help"});
        EXPECT_EQ(of_command.exit_code, 0) << name;
        EXPECT_LT(of_command.out.find("overnight " + std::string(name)),
                  of_command.out.find("Usage:"))
            << name;
        EXPECT_NE(of_command.out.find("--json"), std::string::npos) << name;
    }
}

TEST(Args, version_names_the_libraries) {
    const auto version = answered({"--version"});
    EXPECT_EQ(version.exit_code, 0);
    EXPECT_EQ(version.out.rfind("overnight ", 0), 0u);
    for (const char* library : {"LMDB 0.9", "OpenSSL 3", "Boost 1."})
        EXPECT_NE(version.out.find(library), std::string::npos) << version.out;
}

}  // namespace
}  // namespace overnight::cli
