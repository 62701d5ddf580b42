#include "cli/session.hpp"

#include "core/text.hpp"
#include "jsonl/directory.hpp"
#include "jsonl/fd.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace overnight::cli {
namespace {

using core::Errc;
using core::Error;
using core::Result;

enum class Belongs { to_nobody, to_providers, to_the_emulator };

bool is_there(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
}

Belongs belongs(const std::filesystem::path& state) {
    if (is_there(emulator_dir(state))) return Belongs::to_the_emulator;
    return is_there(state / "store") ? Belongs::to_providers : Belongs::to_nobody;
}

Result<bool> is_empty(const store::Store& store) {
    OVERNIGHT_TRY_ASSIGN(const auto jobs, store.jobs());
    OVERNIGHT_TRY_ASSIGN(const auto segments, store.segments());
    return jobs.empty() && segments.empty();
}

std::string shell_word(std::string_view text) {
    const auto plain = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) ||
               std::string_view("/._-+:@%,=").find(c) != std::string_view::npos;
    };
    const std::string shown = core::printable(text, 4096);
    if (std::all_of(shown.begin(), shown.end(), plain)) return shown;
    std::string word = "'";
    for (const char c : shown)
        word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
}

}  // namespace

std::filesystem::path emulator_dir(const std::filesystem::path& state) {
    return state / "emulator";
}

Result<std::filesystem::path> state_dir(const Common& common, const Environment& env) {
    std::filesystem::path dir = common.state;
    if (dir.empty()) {
        const std::string given = env("STATE_DIRECTORY");
        const std::string xdg = env("XDG_STATE_HOME");
        const std::string home = env("HOME");
        if (!given.empty()) {
            dir = given.substr(0, given.find(':'));
        } else if (xdg.starts_with('/')) {
            dir = std::filesystem::path(xdg) / "overnight";
        } else if (home.starts_with('/')) {
            dir = std::filesystem::path(home) / ".local/state/overnight";
        } else {
            return Error(Errc::configuration,
                         "there is no place for the state: give --state DIR, or set HOME");
        }
        if (common.emulate == Emulate::yes) dir /= "emulated";
    }
    std::error_code error;
    auto absolute = std::filesystem::absolute(dir, error);
    if (error)
        return Error(Errc::configuration, "cannot find the state directory " + jsonl::shown(dir) +
                                              ": " + error.message());
    return absolute.lexically_normal();
}

std::string same_state(const Common& common) {
    std::string options;
    if (common.emulate == Emulate::yes) options += " --emulate";
    if (!common.state.empty()) options += " --state " + shell_word(common.state);
    return options;
}

Result<std::unique_ptr<store::Store>> open_store(const Session& session) {
    OVERNIGHT_TRY_ASSIGN(const auto dir, state_dir(session.common, session.env));
    store::StoreOptions options;
    // Emulated answers are worth nothing: a trial in a container's overlay is fine.
    if (session.common.filesystem == Filesystem::any || session.emulated() ||
        belongs(dir) == Belongs::to_the_emulator)
        options.allow_any_filesystem = true;
    return store::Store::open(dir, options);
}

Result<std::unique_ptr<store::Store>> open_store_to_send(const Session& session) {
    OVERNIGHT_TRY_ASSIGN(const auto dir, state_dir(session.common, session.env));
    if (!session.emulated()) {
        if (belongs(dir) == Belongs::to_the_emulator)
            return Error(Errc::configuration,
                         "the state in " + jsonl::shown(dir) +
                             " has answers of the emulator; give --emulate, or another --state");
        return open_store(session);
    }
    OVERNIGHT_TRY_ASSIGN(auto store, open_store(session));
    if (belongs(dir) == Belongs::to_providers) {
        OVERNIGHT_TRY_ASSIGN(const bool empty, is_empty(*store));
        if (!empty)
            return Error(Errc::configuration,
                         "the state in " + jsonl::shown(dir) +
                             " has work of real providers; emulated work needs another --state");
    }
    // The folder marks the state before anything is written into it.
    OVERNIGHT_TRY(jsonl::make_private_directory(emulator_dir(dir)));
    return store;
}

Result<std::unique_ptr<store::Store>> open_existing_store(const Session& session) {
    OVERNIGHT_TRY_ASSIGN(const auto dir, state_dir(session.common, session.env));
    if (!is_there(dir / "store"))
        return Error(Errc::not_found, "there are no jobs in " + jsonl::shown(dir) +
                                          "; another state directory: --state DIR");
    return open_store(session);
}

Result<Config> session_config(const Session& session) {
    return load_config(session.common.config, session.env);
}

}  // namespace overnight::cli
