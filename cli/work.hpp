// WORK arguments: a recipe or a file of requests, loaded and checked, and the job that it is or
// becomes.
#pragma once

#include "cli/args.hpp"
#include "cli/config.hpp"
#include "cli/session.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"
#include "model/job.hpp"
#include "providers/api.hpp"
#include "recipe/recipe.hpp"
#include "store/role_lock.hpp"
#include "store/store.hpp"
#include "submitter/plan.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace overnight::cli {

struct Work {
    model::JobKind kind = model::JobKind::recipe;
    std::filesystem::path file;  ///< absolute; "-" for requests on standard input
    recipe::Recipe recipe;       ///< of kind recipe
    std::string recipe_text;
    core::AccountName account;
    std::string model;  ///< named on the command line; empty: the recipe's, or the lines'
    const providers::Adapter* adapter = nullptr;
    providers::Tier tier = providers::Tier::batch;
    std::uint32_t calls_at_once = 0;  ///< submitter::ShardWish
    submitter::BadRows bad_rows = submitter::BadRows::refuse;
    std::filesystem::path output;  ///< absolute
};

/// Reads the file and decides provider, model and output. Names ending in .jsonl or .ndjson, and
/// "-", are requests; everything else is a recipe.
core::Result<Work> load_work(const Config& config,
                             const WorkArguments& arguments,
                             const std::string& output);

/// The table that the work reads; empty for standard input.
std::filesystem::path input_file(const Work& work);

/// Errc::invalid_input when both names lead to one file: the input is never written to.
core::Result<> keep_input(const std::filesystem::path& output, const std::filesystem::path& input);

/// The output can be written there, as far as one can know beforehand: its folder exists and is
/// writable, and it is not the input.
core::Result<> check_output_place(const std::filesystem::path& output,
                                  const std::filesystem::path& input);

/// The unfinished job that this work is already, to be gone on with. Nothing when there is none.
/// When the recipe or the input has changed since: Errc::conflict, which names both ways out
/// (`same_state`: the options that those commands need). Reads standard input when that is the
/// input.
core::Result<std::optional<model::Job>> unfinished_job(std::span<const model::Job> jobs,
                                                       const Work& work,
                                                       const std::string& same_state = {});

/// The planner's lock; waits while another process plans. Errc::cancelled.
core::Result<store::RoleLock> take_plan_lock(const Session& session, const store::Store& store);

/// The caller has the planner's lock: plans that died with their process are removed.
core::Result<> discard_dead_plans(store::Store& store, std::span<const model::Job> jobs);

core::Result<submitter::PlanSummary> plan_work(const Session& session,
                                               store::Store& store,
                                               const Work& work,
                                               submitter::PlanMode mode);

/// The job of this work: the unfinished one, or a new one.
struct Begun {
    model::Job job;
    std::optional<submitter::PlanSummary> plan;  ///< of a new one
};
/// Under the planner's lock, so that work that is started twice is one job. `output` as the user
/// gave it: when it is not empty, it becomes the output of an unfinished job too.
core::Result<Begun> begin_work(const Session& session,
                               store::Store& store,
                               const Work& work,
                               const std::string& output);

/// Says on standard error what begin_work() came to.
void tell_begun(const Session& session, const Begun& begun);

}  // namespace overnight::cli
