#include "cli/work.hpp"

#include "cli/accounts.hpp"
#include "cli/progress.hpp"
#include "cli/role_loop.hpp"
#include "cli/wake.hpp"
#include "core/text.hpp"
#include "jsonl/fd.hpp"
#include "jsonl/random_reader.hpp"
#include "jsonl/record.hpp"

#include <system_error>
#include <unistd.h>
#include <utility>

namespace overnight::cli {
namespace {

using core::Errc;
using core::Error;
using core::Result;

constexpr std::size_t max_recipe_bytes = 1u << 20;

bool is_requests(const std::filesystem::path& file) {
    const auto format = jsonl::format_of(file);
    return format && *format == jsonl::Format::jsonl;
}

Result<std::filesystem::path> full_path(const std::filesystem::path& path) {
    std::error_code error;
    auto result = std::filesystem::absolute(path, error);
    if (error)
        return Error(Errc::invalid_input,
                     "cannot find " + jsonl::shown(path) + ": " + error.message());
    return result.lexically_normal();
}

Result<> load_recipe_work(Work& work) {
    OVERNIGHT_TRY_ASSIGN(work.recipe_text, jsonl::read_small_file(work.file, max_recipe_bytes));
    OVERNIGHT_TRY_ASSIGN(work.recipe, recipe::parse_recipe(work.recipe_text, work.file.string(),
                                                           work.file.parent_path()));
    work.recipe.path = work.file;
    work.account.v = work.recipe.provider;
    if (!work.recipe.output_file.empty())
        work.output = work.recipe.resolve(work.recipe.output_file);
    return {};
}

Result<> load_requests_work(Work& work, const std::string& provider) {
    work.account.v = provider.empty() ? "openai" : provider;
    if (work.file != "-") {
        auto name = work.file.stem();
        name += ".results.jsonl";
        work.output = work.file.parent_path() / name;
    }
    return {};
}

}  // namespace

Result<Work> load_work(const Config& config,
                       const std::string& file,
                       const std::string& provider,
                       const std::string& output) {
    Work work;
    work.kind = is_requests(file) ? model::JobKind::raw_requests : model::JobKind::recipe;
    work.file = file;
    if (file != "-") {
        OVERNIGHT_TRY_ASSIGN(work.file, full_path(file));
    }
    if (work.kind == model::JobKind::recipe) {
        if (!provider.empty())
            return Error(
                Errc::invalid_input,
                "--provider is for REQUESTS.jsonl; a recipe names its provider under [model]");
        OVERNIGHT_TRY(load_recipe_work(work));
    } else {
        OVERNIGHT_TRY(load_requests_work(work, provider));
    }
    if (!output.empty()) work.output = output;
    if (work.output.empty())
        return Error(Errc::invalid_input,
                     "where should the results of standard input go? give --output FILE");
    OVERNIGHT_TRY_ASSIGN(work.output, full_path(work.output));
    OVERNIGHT_TRY_ASSIGN(work.adapter, adapter_of(work.account.v, config));
    return work;
}

Result<> check_output_place(const std::filesystem::path& output) {
    std::error_code ignored;
    const auto folder = output.parent_path();
    if (std::filesystem::is_directory(output, ignored))
        return Error(Errc::invalid_input,
                     "the output " + jsonl::shown(output) + " is a folder; name a file");
    OVERNIGHT_TRY(jsonl::format_of(output));
    if (!std::filesystem::is_directory(folder, ignored))
        return Error(Errc::invalid_input, "the output's folder " + jsonl::shown(folder) +
                                              " does not exist; make it first");
    if (::access(folder.c_str(), W_OK) != 0)
        return Error(Errc::invalid_input,
                     "the output's folder " + jsonl::shown(folder) +
                         " may not be written; in a service, see ReadWritePaths=");
    return {};
}

Result<store::RoleLock> take_plan_lock(const Session& session, const store::Store& store) {
    Wake idle;
    bool told = false;
    while (!session.stop.stop_requested()) {
        OVERNIGHT_TRY_ASSIGN(auto lock,
                             store::RoleLock::try_take(store.state_dir(), store::Role::plan));
        if (lock) return *std::move(lock);
        if (!told) {
            const auto owner = store::RoleLock::owner(store.state_dir(), store::Role::plan);
            session.console.note("waiting: another process" +
                                 (owner.empty() ? std::string() : " (pid " + owner + ")") +
                                 " plans a job");
        }
        told = true;
        idle.rest(lock_retry, session.stop);
    }
    return Error(Errc::cancelled, "interrupted before anything was planned");
}

Result<> discard_dead_plans(store::Store& store, std::span<const model::Job> jobs) {
    for (const auto& job : jobs) {
        if (job.state != model::JobState::planning) continue;
        OVERNIGHT_TRY(store.discard_job(job.id));
    }
    return {};
}

Result<submitter::PlanSummary> plan_work(const Session& session,
                                         store::Store& store,
                                         const Work& work,
                                         submitter::PlanMode mode) {
    ProgressLine line(session.console, session.clock);
    const auto progress = [&line](std::uint64_t rows, double share) {
        line.show_planning(rows, share);
    };
    if (work.kind == model::JobKind::raw_requests) {
        submitter::RawPlanRequest request;
        request.input = work.file;
        request.output = work.output;
        request.account = work.account;
        request.adapter = work.adapter;
        request.mode = mode;
        request.progress = progress;
        request.stop = session.stop;
        return submitter::plan_requests(store, session.clock, request);
    }
    submitter::PlanRequest request;
    request.recipe = work.recipe;
    request.recipe_text = work.recipe_text;
    request.output = work.output;
    request.account = work.account;
    request.adapter = work.adapter;
    request.mode = mode;
    request.progress = progress;
    request.stop = session.stop;
    return submitter::plan_recipe(store, session.clock, request);
}

Result<Begun> begin_work(const Session& session,
                         store::Store& store,
                         const Work& work,
                         const std::string& output) {
    OVERNIGHT_TRY_ASSIGN(const auto lock, take_plan_lock(session, store));
    OVERNIGHT_TRY_ASSIGN(const auto jobs, store.jobs());
    OVERNIGHT_TRY(discard_dead_plans(store, jobs));
    OVERNIGHT_TRY_ASSIGN(auto unfinished, unfinished_job(jobs, work));
    if (!unfinished) {
        OVERNIGHT_TRY_ASSIGN(auto plan,
                             plan_work(session, store, work, submitter::PlanMode::write));
        auto job = plan.job;
        return Begun{std::move(job), std::move(plan)};
    }
    const auto id = unfinished->id;
    OVERNIGHT_TRY(store.edit_job(id, [&](model::Job& job) {
        if (!output.empty() && !model::is_over(job.state)) job.output_path = work.output.string();
        // A note about an output that could not be written is of the last run; this one tries anew.
        if (job.state == model::JobState::merging) job.note.clear();
    }));
    OVERNIGHT_TRY_ASSIGN(auto job, store.job(id));
    if (!job) return Error(Errc::conflict, "the job was removed by another process; start again");
    return Begun{*std::move(job), {}};
}

void tell_begun(const Session& session, const Begun& begun) {
    const std::string number = std::to_string(begun.job.id.v);
    if (!begun.plan) {
        session.console.note("going on with job " + number + ", which is " +
                             std::string(model::name(begun.job.state)));
        return;
    }
    const auto& plan = *begun.plan;
    session.console.note("job " + number + ": " + core::grouped(plan.rows) + " rows, " +
                         core::grouped(plan.cached) + " cached, " + core::grouped(plan.requests) +
                         (plan.requests == 1 ? " request in " : " requests in ") +
                         core::grouped(plan.shards) + (plan.shards == 1 ? " batch" : " batches"));
    for (const auto& warning : plan.warnings)
        session.console.warn(core::printable(warning));
}

}  // namespace overnight::cli
