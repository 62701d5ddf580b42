// The program from its arguments to its exit code.
#pragma once

#include "cli/environment.hpp"

#include <span>
#include <stop_token>
#include <string>

namespace overnight::cli {

/// Runs one command on the descriptors 1 and 2. Exceptions are bugs: they end with 1 and a message.
int run_program(std::span<const std::string> arguments,
                const Environment& env,
                std::stop_token stop);

}  // namespace overnight::cli
