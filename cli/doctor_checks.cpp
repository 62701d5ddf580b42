#include "cli/doctor_checks.hpp"

#include "cli/follow.hpp"
#include "cli/role_owner.hpp"
#include "cli/roles.hpp"
#include "cli/time_text.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <sys/statvfs.h>
#include <utility>

namespace overnight::cli {
namespace {

constexpr std::uint64_t little_space = 1'000'000'000;
constexpr std::size_t shown_problems = 20;

}  // namespace

std::string_view name(Health health) noexcept {
    switch (health) {
    case Health::good:
        return "ok";
    case Health::odd:
        return "warning";
    case Health::bad:
        return "error";
    }
    return "?";
}

Finding found_error(std::string what, const core::Error& error) {
    return {std::move(what), Health::bad, error.describe(), exit_code(error)};
}

void check_store(const store::Store& store, Findings& findings) {
    const auto problems = store.check();
    if (!problems) {
        findings.push_back(found_error("store", problems.error()));
        return;
    }
    if (problems->empty()) {
        findings.push_back({"store", Health::good, store.state_dir().string() + " is consistent"});
        return;
    }
    for (std::size_t i = 0; i < std::min(problems->size(), shown_problems); ++i)
        findings.push_back(
            {"store", Health::bad, core::printable((*problems)[i]), ExitCode::damaged});
    if (problems->size() > shown_problems)
        findings.push_back({"store", Health::bad,
                            core::grouped(problems->size() - shown_problems) + " more problems",
                            ExitCode::damaged});
}

void check_locks(const std::filesystem::path& state_dir, Findings& findings) {
    std::string text;
    for (const auto role : working_roles) {
        const auto owner = living_owner(state_dir, role);
        text += (text.empty() ? "" : ", ") + std::string(store::name(role)) + ": " +
                (owner ? "process " + *owner : "free");
    }
    findings.push_back({"roles", Health::good, std::move(text)});
}

void check_disk(const std::filesystem::path& state_dir, Findings& findings) {
    struct statvfs s {};
    if (::statvfs(state_dir.c_str(), &s) != 0) {
        findings.push_back({"disk", Health::odd, "the free space cannot be read"});
        return;
    }
    const std::uint64_t free = static_cast<std::uint64_t>(s.f_bavail) * s.f_frsize;
    std::string text = core::bytes_text(free) + " free for the state";
    if ((s.f_flag & ST_RDONLY) != 0) {
        findings.push_back({"disk", Health::bad, "the file system is read-only", ExitCode::error});
    } else if (free < little_space) {
        findings.push_back({"disk", Health::odd, text + "; result files may not fit"});
    } else {
        findings.push_back({"disk", Health::good, std::move(text)});
    }
}

void check_jobs(const Session& session, const store::Store& store, Findings& findings) {
    const auto jobs = store.jobs();
    if (!jobs) {
        findings.push_back(found_error("jobs", jobs.error()));
        return;
    }
    std::size_t open = 0;
    for (const auto& job : *jobs) {
        if (model::is_over(job.state)) continue;
        ++open;
        const auto why = held_now(session, store, job);
        const std::string what = "job " + std::to_string(job.id.v);
        if (!why) {
            findings.push_back(found_error(what, why.error()));
        } else if (*why) {
            findings.push_back(
                {what, Health::bad,
                 (*why)->why + "; " + (*why)->what_to_do + same_state(session.common),
                 ExitCode::held});
        }
        if (!job.note.empty()) findings.push_back({what, Health::odd, core::printable(job.note)});
    }
    findings.push_back(
        {"jobs", Health::good,
         core::grouped(jobs->size()) + ", " + core::grouped(open) + " of them open"});
}

void check_holds(const Session& session,
                 const store::Store& store,
                 const std::vector<core::AccountName>& names,
                 Findings& findings) {
    for (const auto& account_name : names) {
        const std::string shown = core::printable(account_name.v, 80);
        const auto account = store.account(account_name);
        if (!account) {
            findings.push_back(found_error("account " + shown, account.error()));
            continue;
        }
        if (account->hold_reason.empty()) continue;
        const std::string why = "held: " + core::printable(account->hold_reason);
        if (held_for_good(*account)) {
            findings.push_back({"account " + shown, Health::bad,
                                why + "; to go on: overnight doctor --release " + shown +
                                    same_state(session.common),
                                ExitCode::held});
        } else if (account->hold_until > session.clock.now()) {
            findings.push_back({"account " + shown, Health::odd,
                                why + "; until " + date_text(account->hold_until)});
        }
    }
}

void check_provider(const AccountSpec& account,
                    model::Transport& transport,
                    std::stop_token stop,
                    Findings& findings) {
    using providers::ReplyClass;
    const std::string what = "provider " + core::printable(account.name.v, 80);
    const std::string where = core::printable(account.base_url, 200);
    const auto reply = transport.send(account.adapter->check_key(), std::move(stop));
    if (!reply) {
        Finding finding = found_error(what, reply.error());
        finding.detail = where + ": " + finding.detail;
        findings.push_back(std::move(finding));
        return;
    }
    const auto meaning = account.adapter->classify(*reply);
    const std::string said =
        meaning.message.empty() ? std::string() : ": " + core::printable(meaning.message);
    switch (meaning.what) {
    case ReplyClass::ok:
        findings.push_back({what, Health::good, where + " takes the key"});
        return;
    case ReplyClass::unauthorized:
        findings.push_back(
            {what, Health::bad, where + " refuses the key" + said, ExitCode::configuration});
        return;
    case ReplyClass::quota:
        findings.push_back(
            {what, Health::bad, where + " has no credit for us" + said, ExitCode::held});
        return;
    case ReplyClass::rate_limited:
    case ReplyClass::token_limit:
        findings.push_back({what, Health::odd, where + " asks to wait" + said});
        return;
    case ReplyClass::retry:
    case ReplyClass::rejected:
    case ReplyClass::not_found:
    case ReplyClass::ambiguous:
        findings.push_back({what, Health::bad,
                            where + " answers with status " + std::to_string(reply->status) + said +
                                "; is the base_url right?",
                            ExitCode::error});
        return;
    }
}

}  // namespace overnight::cli
