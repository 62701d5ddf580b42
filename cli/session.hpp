// What every command works with: the streams, the environment, the clock, and the way to the state.
#pragma once

#include "cli/args.hpp"
#include "cli/config.hpp"
#include "cli/console.hpp"
#include "cli/environment.hpp"
#include "cli/exit_code.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "store/store.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace overnight::cli {

struct Session {
    const Common& common;
    Console& console;
    const Environment& env;
    const core::Clock& clock;
    std::stop_token stop;

    bool json() const noexcept { return common.form == Form::json; }
    bool emulated() const noexcept { return common.emulate == Emulate::yes; }
};

/// --state, else the first of $STATE_DIRECTORY, else ${XDG_STATE_HOME:-~/.local/state}/overnight.
/// Without --state, an emulated session has the folder "emulated" in it, so that made-up answers
/// never meet real ones. Absolute.
core::Result<std::filesystem::path> state_dir(const Common& common, const Environment& env);

/// What a command that a person is told to type must say to reach the same state: "", " --emulate",
/// " --state DIR", or both. Without it advice of an emulated run would reach a real job of the same
/// number. Printable, and quoted for a shell.
std::string same_state(const Common& common);

/// Opens the state, making it when it is new.
core::Result<std::unique_ptr<store::Store>> open_store(const Session& session);

/// Opens the state to work with a provider. From its first job on a state directory belongs to real
/// providers or to the emulator: Errc::configuration when this one belongs to the other side.
core::Result<std::unique_ptr<store::Store>> open_store_to_send(const Session& session);

/// For commands about what exists: Errc::not_found, and nothing is made, when there is no state
/// yet.
core::Result<std::unique_ptr<store::Store>> open_existing_store(const Session& session);

core::Result<Config> session_config(const Session& session);

/// The emulator's folder inside an emulated state directory.
std::filesystem::path emulator_dir(const std::filesystem::path& state);

}  // namespace overnight::cli
