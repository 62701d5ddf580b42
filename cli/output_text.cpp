#include "cli/output_text.hpp"

#include "cli/time_text.hpp"
#include "cli/trouble.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace overnight::cli {
namespace {

using core::grouped;

std::string count(std::uint64_t n, std::string_view one, std::string_view many) {
    return grouped(n) + " " + std::string(n == 1 ? one : many);
}

std::string rows_text(const model::RowCounts& rows) {
    std::string text = count(rows.total, "row", "rows") + ": " + grouped(rows.answered) +
                       " answered, " + grouped(rows.cached) + " cached, " + grouped(rows.failed) +
                       " failed";
    if (rows.waiting() > 0) text += ", " + grouped(rows.waiting()) + " waiting";
    return text;
}

std::string work_text(const model::Job& job) {
    std::string text = count(job.requests, "request", "requests") + " in " +
                       count(job.batches, "batch", "batches");
    if (job.usage.input_tokens + job.usage.output_tokens > 0)
        text += " · " + grouped(job.usage.input_tokens) + " tokens in (" +
                grouped(job.usage.cached_input_tokens) + " cached), " +
                grouped(job.usage.output_tokens) + " out";
    return text;
}

std::string shown_path(const std::string& path) {
    return core::printable(path, 4096);
}

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

}  // namespace

std::string job_text(const model::Job& job,
                     const std::optional<Held>& held,
                     const std::string& same_state) {
    const std::string id = std::to_string(job.id.v);
    const std::string number = id + same_state;
    std::string text = "job " + id + " (" + core::printable(job.name, 120) + ") is " +
                       std::string(model::name(job.state)) + "\n";
    text += "  " + rows_text(job.rows) + "\n  " + work_text(job) + "\n";
    if (job.state == model::JobState::finished)
        text += "  written: " + shown_path(job.output_path) + "\n";
    if (job.state == model::JobState::cancelled)
        text += "  what was answered: overnight results " + number + " -o FILE\n";
    if (!job.note.empty()) text += "  note: " + core::printable(job.note) + "\n";
    if (held) text += "  held: " + held->why + "\n  to do: " + held->what_to_do + same_state + "\n";
    if (model::is_over(job.state) && job.rows.failed > 0) {
        text += "  why rows failed: overnight errors " + number;
        if (job.state == model::JobState::finished)
            text += " · to send them again: overnight retry " + number;
        text += "\n";
    }
    return text;
}

std::string status_text(const model::Job& job,
                        std::span<const model::Attempt> attempts,
                        const std::optional<Held>& held,
                        WorkedOn worked_on,
                        core::TimePoint now,
                        const std::string& same_state) {
    std::string text = job_text(job, held, same_state);
    if (!model::is_over(job.state)) text += "  output: " + shown_path(job.output_path) + "\n";
    text += "  " + core::printable(job.account.v, 80) + " " + core::printable(job.model, 80) + " " +
            core::printable(job.endpoint, 80) + " · begun " + date_text(job.created) + "\n";
    std::map<std::string, std::uint64_t> states;
    for (const auto& attempt : attempts) {
        std::string state(model::name(attempt.state));
        if (attempt.state == model::AttemptState::submitted)
            state += " (" + std::string(model::name(attempt.status)) + ")";
        ++states[state];
    }
    std::string list;
    for (const auto& [state, n] : states)
        list += (list.empty() ? "" : ", ") + grouped(n) + " " + state;
    if (!list.empty()) text += "  attempts: " + list + "\n";
    const auto met = model::is_over(job.state) ? std::nullopt : trouble(attempts);
    if (met) {
        text += met->ordinary ? "  ordinary calls wait: "
                              : "  batch " + grouped(met->batch) + " waits: ";
        text += met->error;
        if (met->next_try > now) text += "; next try " + date_text(met->next_try);
        text += "\n";
    }
    if (!model::is_over(job.state) && worked_on == WorkedOn::by_nobody)
        text += "  nothing works on it now; stale since " + date_text(job.updated) + " (" +
                span_text(now - job.updated) + "); overnight run, pass or daemon goes on\n";
    return text;
}

std::string jobs_text(std::span<const model::Job> jobs, core::TimePoint now) {
    if (jobs.empty()) return "no jobs\n";
    std::vector<std::array<std::string, 7>> lines;
    lines.push_back({"JOB", "STATE", "ROWS", "DONE", "FAILED", "CHANGED", "NAME"});
    for (const auto& job : jobs)
        lines.push_back({std::to_string(job.id.v), std::string(model::name(job.state)),
                         grouped(job.rows.total), grouped(job.rows.total - job.rows.waiting()),
                         grouped(job.rows.failed), span_text(now - job.updated),
                         core::printable(job.name, 120)});
    std::array<std::size_t, 7> widths{};
    for (const auto& line : lines)
        for (std::size_t i = 0; i < line.size(); ++i)
            widths[i] = std::max(widths[i], line[i].size());
    std::string text;
    for (const auto& line : lines) {
        for (std::size_t i = 0; i + 1 < line.size(); ++i)
            text += padded(line[i], widths[i] + 2);
        text += line.back() + "\n";
    }
    return text;
}

std::string plan_text(const submitter::PlanSummary& plan) {
    std::string text =
        core::printable(plan.job.name, 120) + ": " + count(plan.rows, "row", "rows") + "\n";
    text += "  from the cache: " + grouped(plan.cached) + "\n";
    text += "  equal to an earlier row: " + grouped(plan.duplicates) + "\n";
    if (plan.failed > 0) text += "  refused: " + grouped(plan.failed) + "\n";
    const std::string how = plan.tier == providers::Tier::sync
                                ? count(plan.requests, "ordinary call", "ordinary calls")
                                : count(plan.requests, "request", "requests") + ", " +
                                      count(plan.shards, "batch", "batches");
    text += "  to send: " + count(plan.to_send, "row", "rows") + " in " + how + ", " +
            core::bytes_text(plan.shard_bytes) + "\n";
    text += "  input tokens: about " + grouped(plan.input_tokens) + "\n";
    text += "  provider: " + core::printable(plan.job.account.v, 80) + " " +
            core::printable(plan.job.model, 80) + " " + core::printable(plan.job.endpoint, 80) +
            "\n";
    text += "  output: " + shown_path(plan.job.output_path) + "\n";
    for (const auto& warning : plan.warnings)
        text += "  warning: " + core::printable(warning) + "\n";
    return text + "nothing was sent\n";
}

}  // namespace overnight::cli
