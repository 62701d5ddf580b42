#include "cli/output_json.hpp"

#include "core/clock.hpp"

namespace overnight::cli {
namespace {

boost::json::object rows_json(const model::RowCounts& rows) {
    boost::json::object object;
    object["total"] = rows.total;
    object["answered"] = rows.answered;
    object["cached"] = rows.cached;
    object["failed"] = rows.failed;
    object["waiting"] = rows.waiting();
    object["duplicates"] = rows.duplicates;
    return object;
}

boost::json::value text_or_null(const std::string& text) {
    if (text.empty()) return nullptr;
    return boost::json::value(text);
}

}  // namespace

boost::json::object job_json(const model::Job& job, const std::optional<Held>& held) {
    boost::json::object tokens;
    tokens["input"] = job.usage.input_tokens;
    tokens["cached_input"] = job.usage.cached_input_tokens;
    tokens["output"] = job.usage.output_tokens;

    boost::json::object object;
    object["job"] = job.id.v;
    object["name"] = job.name;
    object["state"] = model::name(job.state);
    object["rows"] = rows_json(job.rows);
    object["requests"] = job.requests;
    object["batches"] = job.batches;
    object["attempts"] = job.attempts;
    object["tokens"] = std::move(tokens);
    object["cost_usd"] = nullptr;
    object["sync_cost_usd"] = nullptr;
    object["output"] = job.output_path;
    object["provider"] = job.account.v;
    object["model"] = text_or_null(job.model);
    object["endpoint"] = job.endpoint;
    object["created"] = core::iso8601(job.created);
    object["updated"] = core::iso8601(job.updated);
    object["note"] = text_or_null(job.note);
    if (held) {
        boost::json::object why;
        why["reason"] = held->why;
        why["advice"] = held->what_to_do;
        object["held"] = std::move(why);
    } else {
        object["held"] = nullptr;
    }
    return object;
}

boost::json::object plan_json(const submitter::PlanSummary& plan) {
    boost::json::object rows;
    rows["total"] = plan.rows;
    rows["cached"] = plan.cached;
    rows["duplicates"] = plan.duplicates;
    rows["failed"] = plan.failed;
    rows["to_send"] = plan.to_send;

    boost::json::object object;
    object["name"] = plan.job.name;
    object["rows"] = std::move(rows);
    object["requests"] = plan.requests;
    const bool sync = plan.tier == providers::Tier::sync;
    object["tier"] = sync ? "sync" : "batch";
    object["batches"] = sync ? 0 : plan.shards;
    object["bytes"] = plan.shard_bytes;
    object["input_tokens_estimated"] = plan.input_tokens;
    object["cost_usd"] = nullptr;
    object["sync_cost_usd"] = nullptr;
    object["provider"] = plan.job.account.v;
    object["model"] = text_or_null(plan.job.model);
    object["endpoint"] = plan.job.endpoint;
    object["output"] = plan.job.output_path;
    boost::json::array warnings;
    for (const auto& warning : plan.warnings)
        warnings.emplace_back(warning);
    object["warnings"] = std::move(warnings);
    return object;
}

}  // namespace overnight::cli
