#include "cli/exit_code.hpp"

namespace overnight::cli {

ExitCode exit_code(const core::Error& error) noexcept {
    switch (error.code()) {
    case core::Errc::configuration:
        return ExitCode::configuration;
    case core::Errc::corrupt:
        return ExitCode::damaged;
    case core::Errc::unauthorized:  // the account is held until its key is put right
    case core::Errc::held:
        return ExitCode::held;
    case core::Errc::cancelled:
        return ExitCode::interrupted;
    case core::Errc::invalid_input:
    case core::Errc::not_found:
    case core::Errc::conflict:
    case core::Errc::rate_limited:
    case core::Errc::unavailable:
    case core::Errc::timed_out:
    case core::Errc::protocol:
    case core::Errc::out_of_space:
    case core::Errc::internal:
        return ExitCode::error;
    }
    return ExitCode::error;
}

ExitCode exit_code(const model::Job& job) noexcept {
    const auto without_answer = job.rows.failed + job.rows.waiting();
    return without_answer == 0 ? ExitCode::ok : ExitCode::rows_failed;
}

}  // namespace overnight::cli
