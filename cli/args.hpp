// The command line as a value: argv is parsed whole before anything is done.
#pragma once

#include <span>
#include <string>
#include <variant>

namespace overnight::cli {

enum class Form { text, json };
enum class Quiet { no, yes };
enum class Emulate { no, yes };
enum class Filesystem { checked, any };
enum class SkipBad { no, yes };

/// What every command takes.
struct Common {
    std::string state;   ///< --state DIR; empty: found by state_dir()
    std::string config;  ///< --config FILE; empty: found by load_config()
    Form form = Form::text;
    Quiet quiet = Quiet::no;
    Emulate emulate = Emulate::no;
    Filesystem filesystem = Filesystem::checked;
};

/// How the emulator inside the program behaves.
struct Emulation {
    std::string ledger;  ///< empty: inside the state directory
    std::string faults;  ///< a fault script's file; empty: none
    double speed = 0;    ///< virtual seconds a real second; 0: the default
};

/// RECIPE or REQUESTS.jsonl, and what replaces the recipe's own words.
struct WorkArguments {
    std::string file;
    std::string provider;  ///< empty: the recipe's; of requests: openai
    std::string model;     ///< empty: the recipe's; of requests: the lines'
    SkipBad skip_bad = SkipBad::no;
};

struct RunCommand {
    WorkArguments work;
    std::string output;  ///< empty: what the recipe says
    Emulation emulation;
};
struct PlanCommand {
    WorkArguments work;
};
struct SubmitCommand {
    WorkArguments work;
    std::string output;
};
enum class Follow { no, yes };
struct StatusCommand {
    std::string job;  ///< empty: all jobs
    Follow follow = Follow::no;
};
struct ResultsCommand {
    std::string job;
    std::string output;  ///< empty: the job's own; "-": standard output
};
enum class Resent { no, yes };

struct ErrorsCommand {
    std::string job;
    Resent resent = Resent::no;  ///< the rows that were sent again instead
};
struct RetryCommand {
    std::string job;
};
struct CancelCommand {
    std::string job;
};
struct ForgetCommand {
    std::string job;
};
struct DaemonCommand {
    Emulation emulation;
};
struct PassCommand {
    std::string role;  ///< "submit", "poll", "reconcile"; empty: all three
    Emulation emulation;
};
enum class Reach { network, offline };
struct DoctorCommand {
    std::string release;  ///< an account whose hold is lifted; empty: only look
    Reach reach = Reach::network;
};
struct EmulatorCommand {
    std::string listen;  ///< ADDR:PORT
    Emulation emulation;
    std::string state;  ///< empty: a temporary directory
};

using Command = std::variant<RunCommand,
                             PlanCommand,
                             SubmitCommand,
                             StatusCommand,
                             ResultsCommand,
                             ErrorsCommand,
                             RetryCommand,
                             CancelCommand,
                             ForgetCommand,
                             DaemonCommand,
                             PassCommand,
                             DoctorCommand,
                             EmulatorCommand>;

struct Invocation {
    Common common;
    Command command;
};

/// The command line was answered by itself: help, version, or wrong usage.
struct Answer {
    int exit_code = 0;
    std::string out;  ///< for standard output
    std::string err;  ///< for standard error: wrong usage
};

/// `arguments` without the program's name. Pure.
std::variant<Invocation, Answer> parse_args(std::span<const std::string> arguments);

}  // namespace overnight::cli
