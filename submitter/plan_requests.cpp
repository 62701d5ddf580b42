// Planning a file of the provider's own batch lines.
#include "core/bytes.hpp"
#include "jsonl/line_reader.hpp"
#include "recipe/fingerprint.hpp"
#include "recipe/packing.hpp"
#include "store/answers.hpp"
#include "submitter/input_copy.hpp"
#include "submitter/plan.hpp"
#include "submitter/plan_job.hpp"
#include "submitter/row_problems.hpp"
#include "submitter/row_sink.hpp"
#include "submitter/seen_rows.hpp"

#include <optional>
#include <unordered_map>

namespace overnight::submitter {
namespace {

constexpr std::uint64_t rows_between_reports = 4096;

/// Splits a file of the provider's own batch lines. Every line is a row; equal lines are separate
/// rows, because whoever writes the same request twice wants two answers.
class RawPlan {
public:
    RawPlan(store::Store& store, const RawPlanRequest& request, core::JobId job)
        : store_(store), request_(request), job_(job), rows_(store, job) {}

    core::Result<> run(PlanSummary& summary);

private:
    bool writes() const noexcept { return request_.mode == PlanMode::write; }
    /// Lines of a provider whose batches name the model get the one that was asked for.
    core::Result<> give_model(providers::Adapter::RawRequest& raw) const;
    /// A line's request, if it may stand in one file with those before it.
    core::Result<providers::Adapter::RawRequest> read_request(std::string_view line,
                                                              PlanSummary& summary) const;
    core::Result<> place(const providers::Adapter::RawRequest& raw, PlanSummary& summary);
    core::Result<> check_uniform(const providers::Adapter::RawRequest& raw,
                                 PlanSummary& summary) const;
    /// Of the nth equal request: so a rerun finds every one of them in the cache.
    core::Result<store::Fingerprint> fingerprint_of(const providers::Adapter::RawRequest& raw);

    store::Store& store_;
    const RawPlanRequest& request_;
    core::JobId job_;
    RowSink rows_;
    std::optional<SeenRows> seen_;
    std::optional<store::AnswerIndex> answers_;
    std::optional<ShardWriter> shards_;
    std::unordered_map<std::uint64_t, std::uint32_t> repeats_;  ///< by the first of the equal rows
    std::uint32_t crc_ = 0;
};

core::Result<> RawPlan::give_model(providers::Adapter::RawRequest& raw) const {
    if (raw.model.empty()) raw.model = request_.model;
    if (raw.model.empty())
        return core::Error(core::Errc::invalid_input,
                           "lines of " + std::string(request_.adapter->kind()) +
                               " batches do not name the model; give --model NAME");
    if (!request_.model.empty() && raw.model != request_.model)
        return core::Error(
            core::Errc::invalid_input,
            "model is '" + raw.model + "', and --model says '" + request_.model + "'");
    return {};
}

core::Result<> RawPlan::check_uniform(const providers::Adapter::RawRequest& raw,
                                      PlanSummary& summary) const {
    const auto differs = [](const std::string& what, const std::string& here,
                            const std::string& first) {
        return core::Error(core::Errc::invalid_input,
                           what + " is '" + here + "', and the first line's is '" + first +
                               "'; a batch has one: put the lines in a file of their own");
    };
    if (summary.job.endpoint.empty()) {
        summary.job.endpoint = raw.endpoint;
        summary.job.model = raw.model;
    }
    if (raw.endpoint != summary.job.endpoint)
        return differs("url", raw.endpoint, summary.job.endpoint);
    if (raw.model != summary.job.model) return differs("model", raw.model, summary.job.model);
    return {};
}

core::Result<providers::Adapter::RawRequest> RawPlan::read_request(std::string_view line,
                                                                   PlanSummary& summary) const {
    OVERNIGHT_TRY_ASSIGN(auto raw, request_.adapter->read_raw_line(line));
    OVERNIGHT_TRY(give_model(raw));
    OVERNIGHT_TRY(check_uniform(raw, summary));
    return raw;
}

core::Result<store::Fingerprint> RawPlan::fingerprint_of(
    const providers::Adapter::RawRequest& raw) {
    const auto family = request_.adapter->family();
    // A body that names no model is another request at another model.
    const std::string endpoint =
        request_.model.empty() ? raw.endpoint : raw.endpoint + "@" + request_.model;
    const auto first = recipe::raw_fingerprint(family, endpoint, raw.body);
    OVERNIGHT_TRY_ASSIGN(const auto earlier, seen_->find(first));
    if (!earlier) return first;
    const std::uint32_t repeat = ++repeats_[earlier->v];
    return recipe::raw_fingerprint(family, endpoint + "#" + std::to_string(repeat), raw.body);
}

core::Result<> RawPlan::place(const providers::Adapter::RawRequest& raw, PlanSummary& summary) {
    if (!shards_)
        shards_.emplace(make_shard_writer(
            store_, request_.mode, job_, request_.account,
            shard_limits(request_.adapter->caps(raw.endpoint), {0, request_.calls_at_once})));
    OVERNIGHT_TRY_ASSIGN(const auto fingerprint, fingerprint_of(raw));
    OVERNIGHT_TRY(seen_->add(fingerprint));
    OVERNIGHT_TRY_ASSIGN(const auto known, answers_->find(fingerprint));
    model::RowRecord record;
    if (known) {
        record.state = model::RowState::cached;
        record.place = *known;
        ++summary.cached;
    } else {
        const core::RowNo row{summary.rows};
        const LineCost cost{raw.inputs, recipe::estimate_tokens(raw.body)};
        OVERNIGHT_TRY(
            shards_->add({&row, 1}, cost, [&](std::string& out, std::string_view custom_id) {
                request_.adapter->append_raw_line(out, custom_id, raw.endpoint, raw.body);
            }));
        ++summary.to_send;
    }
    return writes() ? rows_.add(record) : core::Result<>{};
}

core::Result<> RawPlan::run(PlanSummary& summary) {
    std::filesystem::path input = request_.input;
    jsonl::Fd kept;
    if (input == "-" && writes()) {
        input = store_.spool_dir(job_) / "input.jsonl";
        OVERNIGHT_TRY(copy_standard_input(input));
    } else if (input == "-") {
        OVERNIGHT_TRY_ASSIGN(kept, copy_standard_input_unnamed(store_.state_dir()));
        input = "/proc/self/fd/" + std::to_string(kept.get());
    }
    OVERNIGHT_TRY_ASSIGN(auto reader, jsonl::LineReader::open(input));
    std::error_code ignored;
    const std::uint64_t bytes = std::filesystem::file_size(input, ignored);
    OVERNIGHT_TRY_ASSIGN(auto seen, writes() ? SeenRows::create(store_.fingerprint_file(job_))
                                             : SeenRows::create_unnamed(store_.state_dir()));
    seen_.emplace(std::move(seen));
    OVERNIGHT_TRY_ASSIGN(auto answers, store::AnswerIndex::open(store_));
    answers_.emplace(std::move(answers));
    jsonl::Line line;
    RowProblems problems;
    while (!problems.full()) {
        auto more = reader.next(line);
        if (!more && !problems.any()) return std::move(more).error();
        if (!more) problems.add(std::move(more).error());
        if (!more || !*more) break;
        crc_ = core::crc32c(line.text, crc_);
        const auto at = [&](core::Error&& error) {
            return core::Error(
                error.code(),
                input.string() + ", line " + std::to_string(line.number) + ": " + error.message());
        };
        auto raw = read_request(line.text, summary);
        if (!raw) {
            problems.add(at(std::move(raw).error()));
        } else if (!problems.any()) {
            if (auto placed = place(*raw, summary); !placed) return at(std::move(placed).error());
        }
        ++summary.rows;
        if (summary.rows % rows_between_reports == 0) {
            if (request_.stop.stop_requested())
                return core::Error(core::Errc::cancelled, "planning was interrupted");
            if (request_.progress)
                request_.progress(summary.rows, bytes == 0 ? -1.0
                                                           : static_cast<double>(line.offset) /
                                                                 static_cast<double>(bytes));
        }
    }
    if (problems.any()) return problems.error("");
    if (summary.rows == 0)
        return core::Error(core::Errc::invalid_input,
                           input.string() + ": no requests in it; nothing was sent");
    OVERNIGHT_TRY(shards_->finish());
    summary.requests = shards_->requests();
    summary.shards = shards_->shards();
    summary.input_tokens = shards_->input_tokens();
    summary.shard_bytes = shards_->bytes();
    summary.job.input = {std::filesystem::absolute(input).string(), bytes, crc_};
    summary.job.pack_rows = 1;
    if (!writes()) return {};
    OVERNIGHT_TRY(rows_.flush());
    return seen_->commit();
}

}  // namespace

core::Result<PlanSummary> plan_requests(store::Store& store,
                                        const core::Clock& clock,
                                        const RawPlanRequest& request) {
    PlanSummary summary;
    model::Job& job = summary.job;
    job.kind = model::JobKind::raw_requests;
    job.name = request.input.filename().string();
    job.recipe_path =
        request.input == "-" ? "-" : std::filesystem::absolute(request.input).string();
    job.row_attempts = request.attempts;
    job.base_folder = std::filesystem::current_path().string();
    job.output_path = request.output.string();
    job.account = request.account;
    job.provider = request.adapter->kind();
    return plan_job(store, clock, request.mode, std::move(summary),
                    [&](PlanSummary& s) { return RawPlan(store, request, s.job.id).run(s); });
}

}  // namespace overnight::submitter
