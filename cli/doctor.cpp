// overnight doctor: is everything as it should be? And --release: go on with a held account.
#include "cli/commands.hpp"
#include "cli/doctor_checks.hpp"
#include "cli/json_text.hpp"
#include "core/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace overnight::cli {
namespace {

using core::Result;
using model::AttemptState;

/// Every account that a job, the configuration or the program knows.
Result<std::vector<core::AccountName>> names_of(const store::Store& store, const Config* config) {
    std::set<core::AccountName> names;
    for (const auto kind : providers::known_kinds())
        names.insert(core::AccountName{std::string(kind)});
    if (config)
        for (const auto& provider : config->providers)
            names.insert(core::AccountName{provider.name});
    OVERNIGHT_TRY_ASSIGN(const auto jobs, store.jobs());
    for (const auto& job : jobs)
        names.insert(job.account);
    return std::vector<core::AccountName>(names.begin(), names.end());
}

/// A misspelt name lifts nothing, and least of all a doubt about the whole state.
Result<> check_known(const core::AccountName& name, const std::vector<core::AccountName>& names) {
    if (std::find(names.begin(), names.end(), name) != names.end()) return {};
    std::vector<std::string_view> views;
    for (const auto& known : names)
        views.push_back(known.v);
    std::string what = "there is no account '" + core::printable(name.v, 80) + "'";
    const auto guess = core::nearest(name.v, views);
    if (!guess.empty()) what += "; did you mean '" + core::printable(guess, 80) + "'?";
    return core::Error(core::Errc::not_found, what + "; nothing was released");
}

/// A doubt that a person has looked into: the attempt is looked at again from where it stood.
/// Nothing is sent for it that was sent before.
Result<> release_attempt(store::Store& store, const model::Attempt& held) {
    model::Attempt next = held;
    if (held.batch.empty()) {
        next.state = AttemptState::ambiguous;
        next.lookout.signed_off = true;
    } else if (model::is_end(held.status)) {
        next.state = AttemptState::terminal;
    } else {
        next.state = AttemptState::submitted;
    }
    next.fetch_tries = 0;
    next.missing_since = {};
    next.due = {};
    next.evidence = "released by the operator; before: " + held.evidence;
    return store.advance(next, AttemptState::hold);
}

Result<> release(const Session& session, store::Store& store, const core::AccountName& name) {
    OVERNIGHT_TRY_ASSIGN(const auto account, store.account(name));
    OVERNIGHT_TRY_ASSIGN(const auto live, store.live_attempts(name));
    std::uint64_t attempts = 0;
    for (const auto& attempt : live) {
        if (attempt.state != AttemptState::hold) continue;
        OVERNIGHT_TRY(release_attempt(store, attempt));
        ++attempts;
    }
    if (!account.hold_reason.empty()) {
        OVERNIGHT_TRY(store.edit_account(name, [&](store::Account& a) {
            a.hold_reason.clear();
            a.hold_until = {};
            a.released = session.clock.now();
        }));
    }
    const std::string doubt = store.installation().doubt;
    if (!doubt.empty()) {
        OVERNIGHT_TRY(store.clear_doubt());
        session.console.note("the state is trusted again; the doubt was: " + doubt);
    }
    const std::string shown = core::printable(name.v, 80);
    if (account.hold_reason.empty() && attempts == 0 && doubt.empty()) {
        session.console.note("the account '" + shown + "' was not held");
        return {};
    }
    std::string text = "released the account '" + shown + "'";
    if (!account.hold_reason.empty())
        text += ", held because: " + core::printable(account.hold_reason);
    if (attempts > 0) text += "; " + core::grouped(attempts) + " batches are looked at again";
    session.console.note(text);
    return {};
}

void check_accounts(const Session& session,
                    const Config& config,
                    std::string_view installation,
                    Reach reach,
                    Findings& findings) {
    const auto resolved = resolve_accounts(config, session.env, installation);
    for (const auto& error : resolved.unfit)
        findings.push_back(found_error("account", error));
    if (resolved.fit.empty() && resolved.unfit.empty())
        findings.push_back(
            {"keys", Health::odd,
             "there is no key for any provider (OPENAI_API_KEY, key_file, or a credential); "
             "--emulate works without"});
    for (const auto& account : resolved.fit) {
        // Another version of a provider that the same key opens is asked only where it is
        // configured.
        const bool variant = account.adapter->family() != account.adapter->kind();
        if (variant && !config.find(account.name.v)) continue;
        findings.push_back(
            {"key of " + core::printable(account.name.v, 80),
             account.key_from_environment ? Health::odd : Health::good,
             "fingerprint " + account.key_fingerprint + ", from " + account.key_source});
        if (reach == Reach::offline) continue;
        WatchedTransport transport(std::make_unique<net::Client>(client_config(account)), [] {});
        check_provider(account, transport, session.stop, findings);
    }
}

Result<> check_state(const Session& session,
                     const Config* config,
                     const DoctorCommand& command,
                     Findings& findings) {
    auto opened = open_existing_store(session);
    if (!opened && opened.error().code() == core::Errc::not_found && command.release.empty()) {
        findings.push_back({"state", Health::good, opened.error().message()});
        if (config) check_accounts(session, *config, "", command.reach, findings);
        return {};
    }
    if (!opened) {
        findings.push_back(found_error("state", opened.error()));
        return {};
    }
    auto& store = **opened;
    OVERNIGHT_TRY_ASSIGN(const auto names, names_of(store, config));
    if (!command.release.empty()) {
        const core::AccountName name{command.release};
        OVERNIGHT_TRY(check_known(name, names));
        OVERNIGHT_TRY(release(session, store, name));
    }
    check_store(store, findings);
    if (const auto& doubt = store.installation().doubt; !doubt.empty() && command.release.empty())
        findings.push_back({"state", Health::bad,
                            doubt +
                                "; when the provider shows no batch that the state does not "
                                "know: overnight doctor --release ACCOUNT" +
                                same_state(session.common),
                            ExitCode::held});
    check_locks(store.state_dir(), findings);
    check_disk(store.state_dir(), findings);
    check_jobs(session, store, findings);
    if (!config) return {};
    check_holds(session, store, names, findings);
    if (!session.emulated())
        check_accounts(session, *config, store.installation().id, command.reach, findings);
    return {};
}

void print(const Session& session, const Findings& findings) {
    if (!session.json()) {
        for (const auto& finding : findings)
            session.console.out(std::string(name(finding.health)) + ": " + finding.what + ": " +
                                finding.detail + "\n");
        return;
    }
    boost::json::array list;
    bool good = true;
    for (const auto& finding : findings) {
        boost::json::object object;
        object["check"] = finding.what;
        object["health"] = name(finding.health);
        object["detail"] = finding.detail;
        list.push_back(std::move(object));
        good = good && finding.health != Health::bad;
    }
    boost::json::object object;
    object["ok"] = good;
    object["checks"] = std::move(list);
    session.console.out(json_line(object));
}

/// Damage counts most, then configuration, then holds.
ExitCode worst(const Findings& findings) {
    for (const auto code :
         {ExitCode::damaged, ExitCode::configuration, ExitCode::held, ExitCode::interrupted})
        if (std::any_of(findings.begin(), findings.end(), [&](const auto& f) {
                return f.health == Health::bad && f.exit_code == code;
            }))
            return code;
    const bool bad = std::any_of(findings.begin(), findings.end(),
                                 [](const auto& f) { return f.health == Health::bad; });
    return bad ? ExitCode::error : ExitCode::ok;
}

}  // namespace

Result<ExitCode> execute(const Session& session, const DoctorCommand& command) {
    Findings findings;
    const auto config = session_config(session);
    if (config) {
        findings.push_back({"configuration", Health::good,
                            config->file.empty() ? "none, which is fine"
                                                 : core::printable(config->file.string(), 4096)});
    } else {
        findings.push_back(found_error("configuration", config.error()));
    }
    OVERNIGHT_TRY(check_state(session, config ? &*config : nullptr, command, findings));
    print(session, findings);
    return worst(findings);
}

}  // namespace overnight::cli
