#include "cli/work.hpp"

#include "cli/accounts.hpp"
#include "cli/progress.hpp"
#include "cli/role_loop.hpp"
#include "cli/wake.hpp"
#include "core/text.hpp"
#include "jsonl/fd.hpp"
#include "jsonl/random_reader.hpp"
#include "jsonl/record.hpp"
#include "submitter/shard_writer.hpp"

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

Result<> load_recipe_work(Work& work, const WorkArguments& arguments) {
    OVERNIGHT_TRY_ASSIGN(work.recipe_text, jsonl::read_small_file(work.file, max_recipe_bytes));
    OVERNIGHT_TRY_ASSIGN(work.recipe, recipe::parse_recipe(work.recipe_text, work.file.string(),
                                                           work.file.parent_path()));
    work.recipe.path = work.file;
    if (!arguments.provider.empty()) work.recipe.provider = arguments.provider;
    if (!arguments.model.empty()) work.recipe.model = arguments.model;
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

Result<submitter::PlanSummary> of_tier(providers::Tier tier, Result<submitter::PlanSummary> plan) {
    if (plan) plan->tier = tier;
    return plan;
}

}  // namespace

Result<Work> load_work(const Config& config,
                       const WorkArguments& arguments,
                       const std::string& output) {
    const std::string& file = arguments.file;
    Work work;
    work.model = arguments.model;
    if (arguments.skip_bad == SkipBad::yes) work.bad_rows = submitter::BadRows::set_aside;
    work.kind = is_requests(file) ? model::JobKind::raw_requests : model::JobKind::recipe;
    work.file = file;
    if (file != "-") {
        OVERNIGHT_TRY_ASSIGN(work.file, full_path(file));
    }
    if (work.kind == model::JobKind::recipe) {
        if (jsonl::format_of(file))
            return Error(Errc::invalid_input,
                         jsonl::shown(work.file) +
                             " is a table; run the recipe (TOML) that names it under [input]");
        OVERNIGHT_TRY(load_recipe_work(work, arguments));
    } else if (arguments.skip_bad == SkipBad::yes) {
        return Error(Errc::invalid_input,
                     "--skip-bad is for the rows of a recipe; every line of a file of requests "
                     "must be one");
    } else {
        OVERNIGHT_TRY(load_requests_work(work, arguments.provider));
    }
    if (!output.empty()) work.output = output;
    if (work.output.empty())
        return Error(Errc::invalid_input,
                     "where should the results of standard input go? give --output FILE");
    OVERNIGHT_TRY_ASSIGN(work.output, full_path(work.output));
    OVERNIGHT_TRY_ASSIGN(work.adapter, adapter_of(work.account.v, config));
    if (const auto* provider = config.find(work.account.v)) {
        work.tier = provider->tier;
        const auto concurrency = provider->concurrency.value_or(providers::Account().concurrency);
        work.calls_at_once = submitter::calls_at_once(work.tier, concurrency);
    }
    return work;
}

std::filesystem::path input_file(const Work& work) {
    if (work.kind == model::JobKind::raw_requests) return work.file == "-" ? "" : work.file;
    return work.recipe.input_file == "-" ? "" : work.recipe.resolve(work.recipe.input_file);
}

Result<> keep_input(const std::filesystem::path& output, const std::filesystem::path& input) {
    std::error_code ignored;
    if (input.empty() || (output != input && !std::filesystem::equivalent(output, input, ignored)))
        return {};
    return Error(Errc::invalid_input, "the output " + jsonl::shown(output) +
                                          " is the input, which is never written to; name another "
                                          "file");
}

Result<> check_output_place(const std::filesystem::path& output,
                            const std::filesystem::path& input) {
    OVERNIGHT_TRY(keep_input(output, input));
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
        request.model = work.model;
        request.calls_at_once = work.calls_at_once;
        request.mode = mode;
        request.progress = progress;
        request.stop = session.stop;
        return of_tier(work.tier, submitter::plan_requests(store, session.clock, request));
    }
    submitter::PlanRequest request;
    request.recipe = work.recipe;
    request.recipe_text = work.recipe_text;
    request.output = work.output;
    request.account = work.account;
    request.adapter = work.adapter;
    request.calls_at_once = work.calls_at_once;
    request.bad_rows = work.bad_rows;
    request.mode = mode;
    request.progress = progress;
    request.stop = session.stop;
    return of_tier(work.tier, submitter::plan_recipe(store, session.clock, request));
}

Result<Begun> begin_work(const Session& session,
                         store::Store& store,
                         const Work& work,
                         const std::string& output) {
    OVERNIGHT_TRY_ASSIGN(const auto lock, take_plan_lock(session, store));
    OVERNIGHT_TRY_ASSIGN(const auto jobs, store.jobs());
    OVERNIGHT_TRY(discard_dead_plans(store, jobs));
    OVERNIGHT_TRY_ASSIGN(auto unfinished, unfinished_job(jobs, work, same_state(session.common)));
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
    const std::string how = plan.tier == providers::Tier::sync
                                ? (plan.requests == 1 ? " ordinary call" : " ordinary calls")
                                : (plan.requests == 1 ? " request in " : " requests in ") +
                                      core::grouped(plan.shards) +
                                      (plan.shards == 1 ? " batch" : " batches");
    session.console.note("job " + number + ": " + core::grouped(plan.rows) + " rows, " +
                         core::grouped(plan.cached) + " cached, " + core::grouped(plan.requests) +
                         how);
    for (const auto& warning : plan.warnings)
        session.console.warn(core::printable(warning));
}

}  // namespace overnight::cli
