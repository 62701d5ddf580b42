#include "cli/program.hpp"

#include "cli/args.hpp"
#include "cli/caught.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/json_text.hpp"
#include "cli/session.hpp"
#include "core/clock.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <variant>

namespace overnight::cli {
namespace {

/// Ends the streams: what could not be written to standard output counts.
int finish(Console& console, ExitCode code) {
    const auto written = console.finish();
    if (written) return static_cast<int>(code);
    // head and friends close early, which is no news; the exit code says it all the same.
    if (!console.reader_gone()) console.error(written.error());
    return static_cast<int>(code == ExitCode::ok ? ExitCode::error : code);
}

/// The first line says what is wrong; the rest is help for people.
std::string wrong_usage_json(const Answer& answer) {
    boost::json::object inner;
    inner["code"] = "wrong_usage";
    inner["message"] = std::string_view(answer.err).substr(0, answer.err.find('\n'));
    boost::json::object outer;
    outer["error"] = std::move(inner);
    return json_line(outer);
}

int answer(const Answer& answer, std::span<const std::string> arguments) {
    const bool json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
    Console console(STDOUT_FILENO, STDERR_FILENO, Form::text, Quiet::no);
    if (answer.exit_code != 0 && json) console.out(wrong_usage_json(answer));
    console.out(answer.out);
    (void)write_all(STDERR_FILENO, answer.err);
    return finish(console, static_cast<ExitCode>(answer.exit_code));
}

core::Result<ExitCode> execute_any(const Session& session, const Command& command) {
    return caught(
        [&] { return std::visit([&](const auto& c) { return execute(session, c); }, command); });
}

}  // namespace

int run_program(std::span<const std::string> arguments,
                const Environment& env,
                std::stop_token stop) {
    const auto parsed = parse_args(arguments);
    if (const auto* ready = std::get_if<Answer>(&parsed)) return answer(*ready, arguments);
    const auto& invocation = std::get<Invocation>(parsed);
    Console console(STDOUT_FILENO, STDERR_FILENO, invocation.common.form, invocation.common.quiet);
    const core::SystemClock clock;
    const Session session{invocation.common, console, env, clock, std::move(stop)};
    const auto code = execute_any(session, invocation.command);
    if (code) return finish(console, *code);
    console.error(code.error());
    return finish(console, exit_code(code.error()));
}

}  // namespace overnight::cli
