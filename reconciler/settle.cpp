#include "reconciler/settle.hpp"

#include "core/stopwatch.hpp"
#include "core/text.hpp"
#include "jsonl/random_reader.hpp"
#include "providers/job_spec.hpp"
#include "reconciler/outcome.hpp"
#include "reconciler/settlement.hpp"
#include "store/spool.hpp"

#include <algorithm>
#include <map>

namespace overnight::reconciler {
namespace {

using model::AttemptState;
using model::BatchStatus;
using model::Verdict;
using model::VoidReason;
using providers::ReplyClass;

constexpr std::size_t max_batch_bytes = 8u << 20;
constexpr std::chrono::seconds first_wait{
    5};                          // after a batch failed in validation for no fault of its lines
constexpr int longest_wait = 8;  // 5 s * 2^8: about 20 minutes
constexpr std::uint16_t attempts_before_hold = 12;
constexpr std::uint16_t fetches_in_doubt = 3;  // FAULTS 104

RetryPolicy policy_of(const providers::JobSpec& spec) {
    return {spec.recipe.attempts, spec.recipe.raise_output};
}

core::Duration wait_after(std::uint16_t attempt) {
    return first_wait * (1 << std::min<int>(attempt, longest_wait));
}

/// Lines that are missing while others cannot be read or belong to nobody here may be a download
/// that went wrong: before a row is paid again the files are fetched again. Empty when there is no
/// doubt.
std::string doubt_about(const Outcome& outcome, const model::Attempt& attempt) {
    const auto& odd = outcome.oddities();
    if (outcome.requests_without_line() == 0 || odd.foreign_lines + odd.unreadable_lines == 0)
        return {};
    const bool all_foreign = outcome.requests_without_line() == attempt.requests &&
                             odd.foreign_lines > 0 && odd.unreadable_lines == 0;
    if (attempt.fetch_tries >= fetches_in_doubt && !all_foreign) return {};
    return std::to_string(outcome.requests_without_line()) + " requests have no line, " +
           std::to_string(odd.unreadable_lines) + " lines cannot be read and " +
           std::to_string(odd.foreign_lines) + " are of other batches";
}

core::Result<> fetch_again(store::Store& store,
                           const core::Clock& clock,
                           const model::Attempt& attempt,
                           const std::string& doubt) {
    model::Attempt next = attempt;
    if (attempt.fetch_tries >= fetches_in_doubt) {
        next.state = AttemptState::hold;
        next.evidence = "its result files are not of this batch: " + doubt;
        return store.advance(next, AttemptState::fetched);
    }
    next.state = AttemptState::terminal;
    next.fetch_tries = static_cast<std::uint16_t>(attempt.fetch_tries + 1);
    next.due = clock.now() + std::chrono::seconds{1 << attempt.fetch_tries};
    next.error = doubt;
    return store.advance(next, AttemptState::fetched);
}

core::Result<> settle_results(store::Store& store,
                              const core::Clock& clock,
                              const model::Job& job,
                              const providers::JobSpec& spec,
                              const model::Attempt& attempt) {
    OVERNIGHT_TRY_ASSIGN(const auto manifest,
                         store::Manifest::read(store.manifest_file(attempt.key.shard_key())));
    OVERNIGHT_TRY_ASSIGN(auto writer, store::SegmentWriter::begin(store, job.id));
    Outcome outcome(spec, job.kind, attempt, manifest, writer);
    if (!attempt.output_file.empty())
        OVERNIGHT_TRY(outcome.read_file(store.output_file(attempt.key)));
    if (!attempt.error_file.empty())
        OVERNIGHT_TRY(outcome.read_file(store.error_file(attempt.key)));
    const bool cut_short =
        attempt.status == BatchStatus::expired || attempt.status == BatchStatus::cancelled;
    if (cut_short) {
        outcome.close(Verdict::never_ran,
                      "the batch was " + std::string(model::name(attempt.status)));
    } else {
        outcome.close(Verdict::missing_line, "the provider returned no line for it");
    }
    if (const auto doubt = doubt_about(outcome, attempt); !doubt.empty())
        return fetch_again(store, clock, attempt, doubt);
    SettlementBuilder builder(store, clock, job, attempt, manifest, policy_of(spec));
    std::optional<store::Segment> segment;
    if (writer.answers() > 0) {
        OVERNIGHT_TRY_ASSIGN(segment, std::move(writer).commit());
    }
    for (std::uint32_t request = 0; request < manifest.requests(); ++request) {
        const auto rows = manifest.rows_of(request);
        for (std::uint32_t place = 0; place < rows.size(); ++place) {
            const std::uint32_t index = manifest.first_of(request) + place;
            if (outcome.answered(index)) {
                builder.answer(rows[place], outcome.place(index));
            } else {
                const Trouble& t = outcome.trouble(index);
                OVERNIGHT_TRY(builder.trouble(rows[place], request, place, t.verdict, t.reason,
                                              t.evidence_crc));
            }
        }
    }
    model::Attempt next = attempt;
    next.state = AttemptState::settled;
    next.usage = outcome.usage();
    next.due = {};
    next.fetch_tries = 0;
    const auto& odd = outcome.oddities();
    next.evidence = std::string(model::name(attempt.status));
    if (odd.duplicate_lines + odd.foreign_lines + odd.unreadable_lines > 0)
        next.evidence += "; set aside: " + std::to_string(odd.duplicate_lines) + " duplicate, " +
                         std::to_string(odd.foreign_lines) + " foreign, " +
                         std::to_string(odd.unreadable_lines) + " unreadable lines";
    const auto lower =
        lowered_pack_size(job.pack_rows, outcome.packs(), outcome.packs_failed_whole());
    OVERNIGHT_TRY(builder.apply(std::move(next), AttemptState::fetched, std::move(segment),
                                outcome.usage(), lower));
    if (!outcome.quota_met()) return {};
    return store.edit_account(attempt.account, [&](store::Account& a) {
        a.hold_reason =
            "the provider says that the quota or the credit is used up; when that is mended: "
            "overnight "
            "doctor --release " +
            attempt.account.v;
        a.hold_until = {};
    });
}

/// The provider refused the batch because of some lines: their rows fail or are split, the others
/// never ran.
core::Result<> settle_problems(store::Store& store,
                               const core::Clock& clock,
                               const model::Job& job,
                               const providers::JobSpec& spec,
                               const model::Attempt& attempt,
                               const providers::BatchView& view) {
    OVERNIGHT_TRY_ASSIGN(const auto manifest,
                         store::Manifest::read(store.manifest_file(attempt.key.shard_key())));
    std::map<std::uint32_t, const providers::BatchView::Problem*> named;
    for (const auto& problem : view.errors)
        if (problem.line && *problem.line >= 1 && *problem.line <= manifest.requests())
            named.emplace(static_cast<std::uint32_t>(*problem.line - 1), &problem);
    const auto* general = named.empty() && !view.errors.empty() ? &view.errors.front() : nullptr;
    const bool all_guilty =
        named.empty() || (named.size() == manifest.requests() && manifest.requests() > 1);
    SettlementBuilder builder(store, clock, job, attempt, manifest, policy_of(spec));
    for (std::uint32_t request = 0; request < manifest.requests(); ++request) {
        const auto found = named.find(request);
        const auto* problem = found != named.end() ? found->second : general;
        const bool guilty = problem != nullptr || named.empty();
        std::string reason = "the batch was refused because of other lines";
        if (guilty) {
            reason = problem ? core::printable(problem->code, 80) + ": " +
                                   core::printable(problem->message, 300)
                             : "the provider failed the batch and gave no reason";
        }
        const auto rows = manifest.rows_of(request);
        for (std::uint32_t place = 0; place < rows.size(); ++place) {
            // What is wrong with all lines alike (the model, the endpoint) is not mended by
            // splitting packs.
            if (all_guilty) {
                builder.fail(rows[place], request, place, Verdict::permanent, reason);
                continue;
            }
            OVERNIGHT_TRY(builder.trouble(rows[place], request, place,
                                          guilty ? Verdict::permanent : Verdict::never_ran, reason,
                                          0));
        }
    }
    model::Attempt next = attempt;
    next.state = AttemptState::voided;
    next.void_reason = VoidReason::rejected;
    next.evidence = "failed in validation; nothing ran";
    return builder.apply(std::move(next), AttemptState::fetched, std::nullopt, {}, 0);
}

core::Result<> settle_failed(store::Store& store,
                             const core::Clock& clock,
                             const model::Job& job,
                             const providers::JobSpec& spec,
                             const model::Attempt& attempt) {
    OVERNIGHT_TRY_ASSIGN(
        const auto body,
        jsonl::read_small_file(store::batch_file(store, attempt.key), max_batch_bytes));
    model::HttpResponse saved;
    saved.status = 200;
    saved.body = body;
    OVERNIGHT_TRY_ASSIGN(const auto view, spec.adapter->parse_batch(saved));
    const auto meaning = spec.adapter->classify_failed(view);
    if (meaning.what == ReplyClass::rejected)
        return settle_problems(store, clock, job, spec, attempt, view);
    model::Attempt next = attempt;
    next.state = AttemptState::voided;
    next.void_reason =
        meaning.what == ReplyClass::token_limit ? VoidReason::token_limit : VoidReason::later;
    next.due = clock.now() + wait_after(attempt.key.attempt);
    next.ended = clock.now();
    next.error = meaning.message;
    next.evidence = "failed in validation (" + meaning.code + "); nothing ran";
    OVERNIGHT_TRY(store.advance(next, AttemptState::fetched));
    const auto limit = spec.adapter->token_limit_of(meaning.message);
    const bool endless =
        next.void_reason == VoidReason::later && attempt.key.attempt >= attempts_before_hold;
    const bool quota =
        meaning.what == ReplyClass::quota || meaning.what == ReplyClass::unauthorized;
    if (!limit && !endless && !quota) return {};
    return store.edit_account(attempt.account, [&](store::Account& a) {
        if (quota)
            a.hold_reason = "the provider failed a batch for its account (" +
                            core::printable(meaning.code, 80) +
                            "); when that is mended: overnight doctor --release " + a.name.v;
        if (limit) a.token_limits[job.model] = *limit;
        if (endless)
            a.hold_reason =
                "batches fail in validation again and again (" + core::printable(meaning.code, 80) +
                "); look at the provider's console, then: overnight doctor --release " + a.name.v;
    });
}

}  // namespace

core::Result<> settle(store::Store& store,
                      const core::Clock& clock,
                      const model::Job& job,
                      model::Attempt attempt) {
    const core::Stopwatch stopwatch("settle");
    OVERNIGHT_TRY_ASSIGN(const auto spec, providers::load_spec(job));
    const bool nothing_ran = attempt.status == BatchStatus::failed && attempt.output_file.empty();
    if (nothing_ran && attempt.done > 0) {
        attempt.state = AttemptState::hold;
        attempt.evidence = "the batch failed after " + std::to_string(attempt.done) +
                           " requests had run, and there is no file of their results";
        return store.advance(attempt, AttemptState::fetched);
    }
    return nothing_ran ? settle_failed(store, clock, job, spec, attempt)
                       : settle_results(store, clock, job, spec, attempt);
}

core::Result<> settle_refused(store::Store& store,
                              const core::Clock& clock,
                              const model::Job& job,
                              const model::Attempt& attempt) {
    OVERNIGHT_TRY_ASSIGN(const auto spec, providers::load_spec(job));
    OVERNIGHT_TRY_ASSIGN(const auto manifest,
                         store::Manifest::read(store.manifest_file(attempt.key.shard_key())));
    RetryPolicy policy = policy_of(spec);
    SettlementBuilder builder(store, clock, job, attempt, manifest, policy);
    const std::string reason = attempt.evidence + ": " + core::printable(attempt.error, 300);
    for (std::uint32_t request = 0; request < manifest.requests(); ++request) {
        const auto rows = manifest.rows_of(request);
        for (std::uint32_t place = 0; place < rows.size(); ++place)
            builder.fail(rows[place], request, place, Verdict::permanent, reason);
    }
    return builder.apply(attempt, AttemptState::voided, std::nullopt, {}, 0);
}

core::Result<bool> split_oversized(store::Store& store,
                                   const core::Clock& clock,
                                   const model::Job& job,
                                   const model::Attempt& attempt) {
    OVERNIGHT_TRY_ASSIGN(const auto account, store.account(attempt.account));
    OVERNIGHT_TRY_ASSIGN(const auto shard, store.shard(attempt.key.shard_key()));
    const auto limit = account.token_limits.find(job.model);
    if (!shard || limit == account.token_limits.end() ||
        shard->input_tokens <= limit->second - limit->second / 5)
        return false;
    if (shard->requests <= 1) {
        if (shard->input_tokens <= limit->second) return false;
        // It would wait for ever: a pack is split, a single row fails with the provider's words.
        OVERNIGHT_TRY(settle_refused(store, clock, job, attempt));
        return true;
    }
    OVERNIGHT_TRY_ASSIGN(const auto manifest,
                         store::Manifest::read(store.manifest_file(attempt.key.shard_key())));
    std::vector<std::pair<core::RowNo, model::TryRecord>> queue;
    for (std::uint32_t request = 0; request < manifest.requests(); ++request) {
        const auto rows = manifest.rows_of(request);
        for (std::uint32_t place = 0; place < rows.size(); ++place) {
            OVERNIGHT_TRY_ASSIGN(const auto known, store.tries(job.id, rows[place]));
            model::TryRecord t = known.value_or(model::TryRecord{});
            t.queued = true;
            t.queued_at = clock.now();
            t.shard = attempt.key.shard;
            t.attempt = attempt.key.attempt;
            t.request = request;
            t.place = place;
            queue.emplace_back(rows[place], t);
        }
    }
    std::sort(queue.begin(), queue.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    model::Resubmission why;
    why.shard = attempt.key.shard;
    why.attempt = attempt.key.attempt;
    why.verdict = Verdict::never_ran;
    why.reason = "the shard is over the enqueued-token limit";
    why.at = clock.now();
    OVERNIGHT_TRY(store.requeue_shard(attempt, queue, why));
    return true;
}

}  // namespace overnight::reconciler
