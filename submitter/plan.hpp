// Planning: a recipe or a file of requests becomes rows, requests and shards, all rendered and
// durable before the first upload. A plan that fails leaves nothing behind.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "model/job.hpp"
#include "providers/account.hpp"
#include "recipe/recipe.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace overnight::submitter {

enum class PlanMode {
    write,  ///< rows and shards go to the store and the spool
    dry,    ///< everything is rendered and counted, nothing is written
};

/// What becomes of a row whose prompt cannot be rendered.
enum class BadRows {
    refuse,     ///< the plan fails, and names the first twenty
    set_aside,  ///< they end as failed; the others are sent
};

struct PlanRequest {
    recipe::Recipe recipe;
    std::string recipe_text;
    std::filesystem::path output;  ///< absolute; overrides nothing: the caller has decided
    core::AccountName account;
    const providers::Adapter* adapter = nullptr;
    std::uint32_t calls_at_once = 0;  ///< submitter::ShardWish
    PlanMode mode = PlanMode::write;
    BadRows bad_rows = BadRows::refuse;
    /// Called now and then with rows read so far and the input's share read (0..1, negative when
    /// unknown).
    std::function<void(std::uint64_t rows, double share)> progress;
    std::stop_token stop;
};

struct RawPlanRequest {
    std::filesystem::path input;   ///< REQUESTS.jsonl
    std::filesystem::path output;  ///< absolute
    core::AccountName account;
    const providers::Adapter* adapter = nullptr;
    std::string model;  ///< of lines that do not name one (Gemini); others must agree; may be empty
    std::uint32_t attempts = 3;
    std::uint32_t calls_at_once = 0;  ///< submitter::ShardWish
    PlanMode mode = PlanMode::write;
    std::function<void(std::uint64_t rows, double share)> progress;
    std::stop_token stop;
};

struct PlanSummary {
    model::Job job;  ///< id 0 in a dry plan
    std::uint64_t rows = 0, cached = 0, duplicates = 0, to_send = 0;
    std::uint64_t failed = 0;  ///< set aside: not sent, and failed in the output
    std::uint64_t requests = 0;
    std::uint32_t shards = 0;
    std::uint64_t input_tokens = 0;  ///< estimated, of the requests to send
    std::uint64_t shard_bytes = 0;
    std::vector<std::string> warnings;              ///< duplicate ids and the like
    providers::Tier tier = providers::Tier::batch;  ///< of the account; for whoever shows the plan
};

/// Errors: invalid_input with file and line for anything wrong in recipe or input; out_of_space;
/// cancelled.
core::Result<PlanSummary> plan_recipe(store::Store& store,
                                      const core::Clock& clock,
                                      const PlanRequest& request);
core::Result<PlanSummary> plan_requests(store::Store& store,
                                        const core::Clock& clock,
                                        const RawPlanRequest& request);

}  // namespace overnight::submitter
