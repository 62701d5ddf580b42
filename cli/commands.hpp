// The commands, one file each. A command gives the exit code, or the error that ended it.
#pragma once

#include "cli/args.hpp"
#include "cli/exit_code.hpp"
#include "cli/session.hpp"
#include "core/error.hpp"

namespace overnight::cli {

core::Result<ExitCode> execute(const Session& session, const RunCommand& command);
core::Result<ExitCode> execute(const Session& session, const PlanCommand& command);
core::Result<ExitCode> execute(const Session& session, const SubmitCommand& command);
core::Result<ExitCode> execute(const Session& session, const StatusCommand& command);
core::Result<ExitCode> execute(const Session& session, const ResultsCommand& command);
core::Result<ExitCode> execute(const Session& session, const ErrorsCommand& command);
core::Result<ExitCode> execute(const Session& session, const RetryCommand& command);
core::Result<ExitCode> execute(const Session& session, const CancelCommand& command);
core::Result<ExitCode> execute(const Session& session, const ForgetCommand& command);
core::Result<ExitCode> execute(const Session& session, const DaemonCommand& command);
core::Result<ExitCode> execute(const Session& session, const PassCommand& command);
core::Result<ExitCode> execute(const Session& session, const DoctorCommand& command);
core::Result<ExitCode> execute(const Session& session, const EmulatorCommand& command);

}  // namespace overnight::cli
