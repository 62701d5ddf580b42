// overnight: see ARCHITECTURE.md and `overnight --help`.
#include "cli/environment.hpp"
#include "cli/exit_code.hpp"
#include "cli/memory.hpp"
#include "cli/program.hpp"
#include "cli/signals.hpp"
#include "cli/standard_streams.hpp"

#include <string>
#include <vector>

int main(int argc, char** argv) {
    using namespace overnight::cli;
    if (!hold_standard_streams()) return static_cast<int>(ExitCode::error);
    return_memory_early();
    forbid_dumps();
    const Signals signals;
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    return run_program(arguments, process_environment(), signals.stop());
}
