#include "cli/args.hpp"

#include "cli/exit_code.hpp"
#include "cli/listen_address.hpp"
#include "cli/version.hpp"
#include "core/text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

namespace overnight::cli {
namespace {

constexpr const char* program_examples = R"(Examples:
  overnight run topics.toml --emulate      try a recipe: no key, no network, no money
  overnight plan topics.toml               what a run would send; sends nothing
  overnight run topics.toml                plan, submit, wait and merge; Ctrl-C and run again: it goes on
  overnight submit topics.toml             leave the work to `overnight daemon` or `overnight pass`
  overnight status                         all jobs
  overnight status 3 --follow              one job, until it is over
  overnight errors 3                       why rows of job 3 failed
)";

constexpr const char* program_notes = R"(
Keys: the credential openai.key, else key_file in the configuration, else OPENAI_API_KEY.
Exit codes: 0 all rows answered, 1 error, 2 wrong usage, 3 finished with failed rows, 70 the state is damaged,
  75 held until a person acts, 78 configuration, 130 interrupted (the job goes on with the next run, pass or daemon).
With --json standard output is one JSON value; an error is {"error":{"code":..,"message":..}} there, and one line of
  text on standard error, where progress lines are JSON objects.)";

/// Help that begins with what people look for: examples, kept in the footer of each App.
class ExamplesFirst : public CLI::Formatter {
public:
    std::string make_help(const CLI::App* app,
                          std::string name,
                          CLI::AppFormatMode mode) const override {
        if (mode == CLI::AppFormatMode::Sub) return make_expanded(app);
        std::ostringstream out;
        out << make_description(app) << '\n' << make_footer(app) << '\n';
        out << make_usage(app, std::move(name)) << make_positionals(app) << make_groups(app, mode);
        out << make_subcommands(app, mode);
        if (app->get_parent() == nullptr) out << program_notes << '\n';
        return out.str();
    }
};

CLI::Validator listen_address() {
    return {[](std::string& text) {
                const auto listen = parse_listen_address(text);
                return listen ? std::string() : listen.error().message();
            },
            ""};
}

/// Builds the CLI11 tree; the parsed command appears in `invocation`.
class Parser {
public:
    Parser() {
        app_.formatter(std::make_shared<ExamplesFirst>());
        app_.footer(program_examples);
        app_.require_subcommand(1);
        app_.set_version_flag("--version", version_text());
        add_work_commands();
        add_job_commands();
        add_service_commands();
    }

    CLI::App& app() noexcept { return app_; }
    Invocation& invocation() noexcept { return invocation_; }
    const std::vector<std::string>& names() const noexcept { return names_; }

private:
    template <class T>
    std::pair<CLI::App*, T*> command(const char* name, const char* what, const char* examples) {
        auto value = std::make_shared<T>();
        CLI::App* sub = app_.add_subcommand(name, what);
        sub->footer(std::string("Examples:\n") + examples);
        sub->callback([this, value] { invocation_.command = *value; });
        names_.emplace_back(name);
        add_common(*sub);
        return {sub, value.get()};
    }

    void add_common(CLI::App& sub) {
        Common& common = invocation_.common;
        sub.add_flag_callback(
            "--json", [&common] { common.form = Form::json; }, "One JSON value on standard output");
        sub.add_flag_callback(
            "-q,--quiet", [&common] { common.quiet = Quiet::yes; }, "No progress and no notes");
        sub.add_option("--config", common.config, "Configuration file")->type_name("FILE");
    }

    CLI::Option* add_state(CLI::App& sub) {
        Common& common = invocation_.common;
        sub.add_option("--state", common.state, "State directory")->type_name("DIR");
        sub.add_flag_callback(
            "--any-filesystem", [&common] { common.filesystem = Filesystem::any; },
            "Accept a state directory on a network, overlay or memory file system");
        return sub.add_flag_callback(
            "--emulate", [&common] { common.emulate = Emulate::yes; },
            "Use the emulator inside the program, and its own state");
    }

    static void add_emulation(CLI::App& sub, Emulation& emulation, CLI::Option* needed) {
        auto* ledger =
            sub.add_option("--ledger", emulation.ledger, "Write the emulator's ledger here")
                ->type_name("FILE");
        auto* faults = sub.add_option("--faults", emulation.faults, "Fault script of the emulator")
                           ->type_name("FILE");
        auto* speed =
            sub.add_option("--speed", emulation.speed, "Virtual seconds a second in the emulator")
                ->type_name("N")
                ->check(CLI::Range(0.001, 1'000'000.0));
        if (!needed) return;
        for (CLI::Option* option : {ledger, faults, speed})
            option->needs(needed);
    }

    static void add_work(CLI::App& sub, WorkArguments& work) {
        sub.add_option("WORK", work.file,
                       "RECIPE.toml, or REQUESTS.jsonl in the provider's batch format")
            ->required()
            ->type_name("");
        sub.add_option("--provider", work.provider,
                       "Account, in place of the recipe's; of REQUESTS.jsonl: openai")
            ->type_name("NAME");
        sub.add_option("--model", work.model,
                       "Model, in place of the recipe's; of REQUESTS.jsonl that names none")
            ->type_name("NAME");
        sub.add_flag_callback(
            "--skip-bad", [&work] { work.skip_bad = SkipBad::yes; },
            "Rows whose prompt cannot be rendered end as failed; the others are sent");
    }

    static void add_job(CLI::App& sub,
                        std::string& job,
                        const char* what = "Number or name of a job") {
        sub.add_option("JOB", job, what)->required()->type_name("");
    }

    void add_work_commands();
    void add_job_commands();
    void add_service_commands();

    CLI::App app_{"overnight: large language-model jobs at batch price, every row once",
                  "overnight"};
    Invocation invocation_;
    std::vector<std::string> names_;
};

void Parser::add_work_commands() {
    auto [run, run_value] = command<RunCommand>(
        "run", "Plan, submit, wait and merge, in the foreground",
        "  overnight run topics.toml --emulate\n"
        "  overnight run topics.toml --output topics.out.csv\n"
        "  overnight run topics.toml --provider gemini --model gemini-2.5-flash\n"
        "  overnight run requests.jsonl --provider openai\n");
    auto* emulate = add_state(*run);
    add_work(*run, run_value->work);
    run->add_option("-o,--output", run_value->output, "Output file, in place of the recipe's")
        ->type_name("FILE");
    add_emulation(*run, run_value->emulation, emulate);

    auto [plan, plan_value] =
        command<PlanCommand>("plan", "Render and count everything; send nothing",
                             "  overnight plan topics.toml\n"
                             "  overnight plan topics.toml --json | jq .requests\n");
    add_state(*plan);
    add_work(*plan, plan_value->work);

    auto [submit, submit_value] =
        command<SubmitCommand>("submit", "Plan a job and print its number; daemon or pass sends it",
                               "  job=$(overnight submit topics.toml)\n"
                               "  overnight submit requests.jsonl --provider openai\n");
    add_state(*submit);
    add_work(*submit, submit_value->work);
    submit->add_option("-o,--output", submit_value->output, "Output file, in place of the recipe's")
        ->type_name("FILE");
}

void Parser::add_job_commands() {
    auto [status, status_value] = command<StatusCommand>("status", "Show all jobs, or one",
                                                         "  overnight status\n"
                                                         "  overnight status 3 --follow\n"
                                                         "  overnight status topics --json\n");
    add_state(*status);
    status->add_option("JOB", status_value->job, "Number or name of a job")->type_name("");
    status->add_flag_callback(
        "-f,--follow", [value = status_value] { value->follow = Follow::yes; },
        "Until the job is over");

    auto [results, results_value] = command<ResultsCommand>(
        "results", "Write a job's table; of an unfinished one what is there",
        "  overnight results 3\n"
        "  overnight results 3 -o partial.csv       rows without an answer are marked waiting\n"
        "  overnight results 3 -o - | head\n");
    add_state(*results);
    add_job(*results, results_value->job);
    results->add_option("-o,--output", results_value->output, "Output file; - is standard output")
        ->type_name("FILE");

    auto [errors, errors_value] = command<ErrorsCommand>(
        "errors", "List failed rows with the reason: row, id, verdict, reason, with tabs between",
        "  overnight errors 3\n"
        "  overnight errors 3 | cut -f 4 | sort | uniq -c\n"
        "  overnight errors 3 --resent              what was sent again, after which batch, and "
        "why\n");
    add_state(*errors);
    add_job(*errors, errors_value->job);
    errors->add_flag_callback(
        "--resent", [value = errors_value] { value->resent = Resent::yes; },
        "List every resubmission instead: row, shard-attempt/request, verdict, reason");

    auto [retry, retry_value] =
        command<RetryCommand>("retry", "Queue a job's failed rows again", "  overnight retry 3\n");
    add_state(*retry);
    add_job(*retry, retry_value->job);

    auto [cancel, cancel_value] = command<CancelCommand>(
        "cancel", "Cancel a job; what its batches have finished is kept", "  overnight cancel 3\n");
    add_state(*cancel);
    add_job(*cancel, cancel_value->job);

    auto [forget, forget_value] = command<ForgetCommand>(
        "forget", "Remove a job that is over, with its spool; answers stay in the cache",
        "  overnight forget 3\n");
    add_state(*forget);
    add_job(*forget, forget_value->job);
}

void Parser::add_service_commands() {
    auto [daemon, daemon_value] =
        command<DaemonCommand>("daemon", "Work on all jobs for ever (Type=notify)",
                               "  overnight daemon\n"
                               "  systemctl enable --now overnight\n");
    add_emulation(*daemon, daemon_value->emulation, add_state(*daemon));

    auto [pass, pass_value] =
        command<PassCommand>("pass", "Do what is due once, then exit: for a timer or cron",
                             "  overnight pass\n"
                             "  overnight pass reconcile      needs no network and no key\n");
    auto* emulate = add_state(*pass);
    pass->add_option("ROLE", pass_value->role, "submit, poll or reconcile; all three without")
        ->check(CLI::IsMember({"submit", "poll", "reconcile"}))
        ->type_name("");
    add_emulation(*pass, pass_value->emulation, emulate);

    auto [doctor, doctor_value] = command<DoctorCommand>(
        "doctor", "Check store, locks, disk, configuration, keys and providers",
        "  overnight doctor\n"
        "  overnight doctor --release openai    go on with a held account\n");
    add_state(*doctor);
    doctor->add_option("--release", doctor_value->release, "Lift the hold of an account")
        ->type_name("ACCOUNT");
    doctor->add_flag_callback(
        "--offline", [value = doctor_value] { value->reach = Reach::offline; },
        "Do not call providers");

    auto [emulator, emulator_value] = command<EmulatorCommand>(
        "emulator", "A provider on loopback, for tests and trials",
        "  overnight emulator --listen 127.0.0.1:0 --ledger ledger.jsonl --speed 60\n");
    emulator->add_option("--listen", emulator_value->listen, "Address and port; port 0 picks one")
        ->required()
        ->type_name("ADDR:PORT")
        ->check(listen_address());
    emulator->add_option("--state", emulator_value->state, "Keep files and batches here")
        ->type_name("DIR");
    add_emulation(*emulator, emulator_value->emulation, nullptr);
}

Answer wrong_usage(std::string what, const std::string& command) {
    std::string text = "overnight: " + std::move(what) + "\n";
    text += "try: overnight " + (command.empty() ? std::string() : command + " ") + "--help\n";
    return {static_cast<int>(ExitCode::wrong_usage), {}, std::move(text)};
}

}  // namespace

std::variant<Invocation, Answer> parse_args(std::span<const std::string> arguments) {
    Parser parser;
    std::string command;
    if (!arguments.empty() && !arguments.front().starts_with('-')) {
        const std::vector<std::string_view> names(parser.names().begin(), parser.names().end());
        if (std::find(names.begin(), names.end(), arguments.front()) == names.end()) {
            std::string what = "unknown command '" + core::printable(arguments.front(), 60) + "'";
            const auto guess = core::nearest(arguments.front(), names);
            if (!guess.empty()) what += "; did you mean '" + std::string(guess) + "'?";
            return wrong_usage(std::move(what), {});
        }
        command = arguments.front();
    }
    try {
        // CLI11 takes the arguments last first.
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
        parser.app().parse(std::move(reversed));
    } catch (const CLI::CallForVersion& version) {
        return Answer{0, std::string(version.what()) + "\n", {}};
    } catch (const CLI::CallForAllHelp&) {
        return Answer{0, parser.app().help("", CLI::AppFormatMode::All), {}};
    } catch (const CLI::CallForHelp&) {
        return Answer{0, parser.app().help(), {}};
    } catch (const CLI::ParseError& error) {
        if (arguments.empty()) {
            return Answer{static_cast<int>(ExitCode::wrong_usage), {}, parser.app().help()};
        }
        return wrong_usage(core::printable(error.what()), command);
    }
    return std::move(parser.invocation());
}

}  // namespace overnight::cli
