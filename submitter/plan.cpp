#include "submitter/plan.hpp"

#include "core/stopwatch.hpp"
#include "core/text.hpp"
#include "jsonl/random_reader.hpp"
#include "jsonl/record.hpp"
#include "providers/job_spec.hpp"
#include "recipe/fingerprint.hpp"
#include "recipe/row_template.hpp"
#include "store/answers.hpp"
#include "submitter/input_copy.hpp"
#include "submitter/plan_job.hpp"
#include "submitter/requests.hpp"
#include "submitter/row_checks.hpp"
#include "submitter/row_problems.hpp"
#include "submitter/row_sink.hpp"
#include "submitter/seen_rows.hpp"
#include "submitter/shard_writer.hpp"

#include <algorithm>
#include <optional>

namespace overnight::submitter {
namespace {

constexpr std::size_t max_schema_bytes = 1u << 20;
constexpr std::uint64_t rows_between_reports = 4096;

core::Result<std::string> read_schema(const recipe::Recipe& recipe) {
    if (recipe.answer.schema_file.empty()) return std::string{};
    return jsonl::read_small_file(recipe.resolve(recipe.answer.schema_file), max_schema_bytes);
}

/// Limits that a recipe may state and that this version does not hold: better said than believed.
std::vector<std::string> not_yet_enforced(const recipe::Recipe& recipe) {
    std::vector<std::string> warnings;
    const auto warn = [&](std::string_view key) {
        warnings.push_back(recipe.path.filename().string() + ": [limits] " + std::string(key) +
                           " is read and not enforced by this version");
    };
    if (recipe.max_cost) warn("max_cost");
    if (recipe.finish_by) warn("finish_by");
    if (recipe.if_late != recipe::IfLate::wait) warn("if_late");
    return warnings;
}

/// Where the rows come from. Standard input is kept first, because the merge reads the rows again.
struct Input {
    std::filesystem::path path;
    jsonl::Format format = jsonl::Format::jsonl;
    jsonl::Fd kept;  ///< of a dry plan of standard input
};

core::Result<Input> find_input(store::Store& store, const PlanRequest& request, core::JobId job) {
    Input input;
    if (request.recipe.input_file != "-") {
        input.path = std::filesystem::absolute(request.recipe.resolve(request.recipe.input_file))
                         .lexically_normal();
        OVERNIGHT_TRY_ASSIGN(input.format, jsonl::format_of(input.path));
    } else if (request.mode == PlanMode::dry) {
        OVERNIGHT_TRY_ASSIGN(input.kept, copy_standard_input_unnamed(store.state_dir()));
        input.path = "/proc/self/fd/" + std::to_string(input.kept.get());
    } else {
        input.path = store.spool_dir(job) / "input.jsonl";
        OVERNIGHT_TRY(copy_standard_input(input.path));
    }
    return input;
}

/// Renders every row, and sorts it: duplicate, cached, or to be sent.
class RecipePlan {
public:
    RecipePlan(store::Store& store,
               const PlanRequest& request,
               providers::JobSpec spec,
               core::JobId job)
        : store_(store),
          request_(request),
          spec_(std::move(spec)),
          job_(job),
          bodies_(spec_),
          rows_(store, job) {}

    core::Result<> run(PlanSummary& summary);

private:
    bool writes() const noexcept { return request_.mode == PlanMode::write; }
    core::Result<> open_files();
    core::Result<> read_all(PlanSummary& summary);
    core::Result<> take(const jsonl::Record& record, PlanSummary& summary);
    /// The output can hold it.
    core::Result<> check_writable(const jsonl::Record& record) const;
    /// The row costs nothing, and ends as failed for `reason`. `why` also says where it stands.
    core::Result<> set_aside(std::string reason, core::Error&& why, PlanSummary& summary);
    /// As the user wants it: set aside, or a problem of the whole plan.
    core::Result<> bad_row(std::string reason, core::Error&& why, PlanSummary& summary);
    core::Error problems() const;
    core::Result<> place_row(core::RowNo row, std::string_view text, PlanSummary& summary);
    core::Error at(const jsonl::Record& record, core::Error&& error) const;
    /// A table has the columns of the first record; a later object must not bring others.
    core::Result<> check_fits_table(const jsonl::Record& record) const;
    /// An object of a JSONL file may bring a name that the answer has too.
    core::Result<> check_own_names(const jsonl::Record& record) const;
    core::Result<> check_id_column() const;

    store::Store& store_;
    const PlanRequest& request_;
    providers::JobSpec spec_;
    core::JobId job_;
    BodyCache bodies_;
    RowSink rows_;
    Input input_;
    std::uint64_t input_bytes_ = 0;
    std::optional<jsonl::RecordReader> reader_;
    std::optional<recipe::RowTemplate> template_;
    std::optional<recipe::Fingerprinter> fingerprinter_;
    std::optional<SeenRows> seen_;
    std::optional<store::AnswerIndex> answers_;
    std::optional<ShardWriter> shards_;
    std::optional<PackWriter> packs_;
    RowChecks checks_;
    RowProblems problems_;
    bool skippable_ = false;  ///< --skip-bad would help with some of them
    std::string first_set_aside_;
    std::string text_;  ///< of the row at hand
    jsonl::Format output_format_ = jsonl::Format::jsonl;
    std::vector<std::string> answer_columns_;
};

core::Error RecipePlan::at(const jsonl::Record& record, core::Error&& error) const {
    return {error.code(), input_.path.string() + ", line " + std::to_string(record.line) +
                              ": row " + std::to_string(record.row) + ": " + error.message()};
}

core::Result<> RecipePlan::open_files() {
    const auto& recipe = spec_.recipe;  // with its settings translated
    OVERNIGHT_TRY_ASSIGN(input_, find_input(store_, request_, job_));
    OVERNIGHT_TRY_ASSIGN(output_format_, jsonl::format_of(request_.output));
    OVERNIGHT_TRY_ASSIGN(auto compiled,
                         recipe::RowTemplate::compile(recipe.row_template, recipe.path.string()));
    template_.emplace(std::move(compiled));
    OVERNIGHT_TRY_ASSIGN(auto reader, jsonl::RecordReader::open(input_.path, input_.format));
    reader_.emplace(std::move(reader));
    // Objects of a JSONL file may differ from each other: their columns are checked row by row.
    if (input_.format != jsonl::Format::jsonl) {
        OVERNIGHT_TRY(
            template_->check_columns(reader_->columns(), recipe::RowTemplate::Columns::fixed));
        OVERNIGHT_TRY(check_id_column());
    }
    OVERNIGHT_TRY(recipe::check_output_columns(spec_.shape, reader_->columns()));
    for (const auto& column : spec_.shape.columns())
        answer_columns_.push_back(column.name);
    std::error_code ignored;
    input_bytes_ = std::filesystem::file_size(input_.path, ignored);
    fingerprinter_.emplace(recipe, spec_.adapter->family(), spec_.endpoint, spec_.shape);
    OVERNIGHT_TRY_ASSIGN(auto seen, writes() ? SeenRows::create(store_.fingerprint_file(job_))
                                             : SeenRows::create_unnamed(store_.state_dir()));
    seen_.emplace(std::move(seen));
    OVERNIGHT_TRY_ASSIGN(auto answers, store::AnswerIndex::open(store_));
    answers_.emplace(std::move(answers));
    shards_.emplace(make_shard_writer(
        store_, request_.mode, job_, request_.account,
        shard_limits(spec_.caps, {request_.recipe.batch_requests, request_.calls_at_once})));
    OVERNIGHT_TRY_ASSIGN(const auto limits, pack_limits(spec_, bodies_, 0));
    packs_.emplace(spec_, bodies_, *shards_, limits);
    return {};
}

core::Result<> RecipePlan::place_row(core::RowNo row, std::string_view text, PlanSummary& summary) {
    const auto fingerprint = fingerprinter_->of(text);
    OVERNIGHT_TRY_ASSIGN(const auto earlier, seen_->add(fingerprint));
    model::RowRecord record;
    if (earlier) {
        record.state = model::RowState::duplicate;
        record.place.offset = earlier->v;
        ++summary.duplicates;
    } else {
        OVERNIGHT_TRY_ASSIGN(const auto place, answers_->find(fingerprint));
        if (place) {
            record.state = model::RowState::cached;
            record.place = *place;
            ++summary.cached;
        } else {
            OVERNIGHT_TRY(packs_->add(row, text));
            ++summary.to_send;
        }
    }
    return writes() ? rows_.add(record) : core::Result<>{};
}

core::Result<> RecipePlan::check_fits_table(const jsonl::Record& record) const {
    const auto& columns = reader_->columns();
    for (const auto& field : record.fields)
        if (std::find(columns.begin(), columns.end(), field.name) == columns.end())
            return core::Error(core::Errc::invalid_input,
                               "it has \"" + core::printable(field.name, 80) +
                                   "\", which the first row has not, so it has no column in " +
                                   request_.output.filename().string() +
                                   "; write the output as .jsonl");
    return {};
}

core::Result<> RecipePlan::check_own_names(const jsonl::Record& record) const {
    for (const auto& field : record.fields) {
        const bool taken = field.name == "_status" || field.name == "_error" ||
                           std::any_of(answer_columns_.begin(), answer_columns_.end(),
                                       [&](const auto& name) { return name == field.name; });
        if (taken)
            return core::Error(core::Errc::invalid_input,
                               "it has \"" + core::printable(field.name, 80) +
                                   "\", which is a name of the output's own; rename it there or in "
                                   "[answer]");
    }
    return {};
}

core::Result<> RecipePlan::check_id_column() const {
    const auto& id = spec_.recipe.id_column;
    const auto& columns = reader_->columns();
    if (id.empty() || std::find(columns.begin(), columns.end(), id) != columns.end()) return {};
    const std::vector<std::string_view> names(columns.begin(), columns.end());
    std::string what = spec_.recipe.path.string() + ": [input] id = \"" + core::printable(id, 80) +
                       "\" is no column of " + input_.path.filename().string();
    if (const auto near = core::nearest(id, names); !near.empty())
        what += "; did you mean \"" + core::printable(near, 80) + "\"?";
    return core::Error(core::Errc::invalid_input, std::move(what));
}

core::Result<> RecipePlan::check_writable(const jsonl::Record& record) const {
    if (input_.format != jsonl::Format::jsonl) return {};
    if (output_format_ != jsonl::Format::jsonl) OVERNIGHT_TRY(check_fits_table(record));
    return check_own_names(record);
}

core::Result<> RecipePlan::set_aside(std::string reason, core::Error&& why, PlanSummary& summary) {
    if (summary.failed++ == 0) first_set_aside_ = why.message();
    OVERNIGHT_TRY(seen_->add_unsent());
    if (!writes()) return {};
    return rows_.add_failed({model::Verdict::permanent, std::move(reason)});
}

core::Result<> RecipePlan::bad_row(std::string reason, core::Error&& why, PlanSummary& summary) {
    if (request_.bad_rows == BadRows::set_aside)
        return set_aside(std::move(reason), std::move(why), summary);
    skippable_ = true;
    problems_.add(std::move(why));
    return {};
}

/// One row into its place. What is wrong with it goes to `problems_`, or stands beside the row in
/// the output.
core::Result<> RecipePlan::take(const jsonl::Record& record, PlanSummary& summary) {
    if (auto fits = check_writable(record); !fits) {
        problems_.add(at(record, std::move(fits).error()));
        return {};
    }
    if (auto rendered = template_->render(record, text_); !rendered) {
        // It names the row itself.
        core::Error why(rendered.error().code(),
                        input_.path.string() + ": " + rendered.error().message());
        if (text_.size() > recipe::largest_row_text)
            return set_aside(rendered.error().message(), std::move(why), summary);
        return bad_row(rendered.error().message(), std::move(why), summary);
    }
    if (text_.empty()) {
        const std::string what = "its prompt is empty; [prompt] row renders to nothing";
        return bad_row(what, at(record, {core::Errc::invalid_input, what}), summary);
    }
    // One row must not keep the others from being sent (FAULTS 14).
    const std::uint64_t longest = spec_.caps.max_line_bytes / 2;
    if (text_.size() > longest) {
        std::string what = "its prompt has " + std::to_string(text_.size()) +
                           " bytes, more than the " + std::to_string(longest) +
                           " that fit a request";
        auto why = at(record, {core::Errc::invalid_input, what});
        return set_aside(std::move(what), std::move(why), summary);
    }
    if (problems_.any()) return {};  // nothing will be sent
    checks_.see_text(text_, record.line);
    if (const auto& id_column = spec_.recipe.id_column; !id_column.empty()) {
        const auto* id = record.find(id_column);
        checks_.see_id(id ? std::string_view(id->value) : std::string_view());
    }
    auto placed = place_row(core::RowNo{summary.rows}, text_, summary);
    return placed ? core::Result<>{} : at(record, std::move(placed).error());
}

core::Error RecipePlan::problems() const {
    return problems_.error(
        skippable_ ? "--skip-bad sends the other rows; those that cannot be rendered end as failed"
                   : "");
}

core::Result<> RecipePlan::read_all(PlanSummary& summary) {
    jsonl::Record record;
    while (!problems_.full()) {
        auto more = reader_->next(record);
        if (!more && !problems_.any()) return std::move(more).error();
        if (!more) problems_.add(std::move(more).error());
        if (!more || !*more) break;
        OVERNIGHT_TRY(take(record, summary));
        ++summary.rows;
        if (summary.rows % rows_between_reports == 0) {
            if (request_.stop.stop_requested())
                return core::Error(core::Errc::cancelled, "planning was interrupted");
            if (request_.progress)
                request_.progress(summary.rows, input_bytes_ == 0
                                                    ? -1.0
                                                    : static_cast<double>(reader_->bytes_read()) /
                                                          static_cast<double>(input_bytes_));
        }
    }
    if (problems_.any()) return problems();
    if (summary.failed == summary.rows)
        return core::Error(core::Errc::invalid_input,
                           "no row can be sent; the first: " + first_set_aside_);
    OVERNIGHT_TRY(packs_->flush());
    return shards_->finish();
}

core::Result<> RecipePlan::run(PlanSummary& summary) {
    const core::Stopwatch stopwatch("plan");
    OVERNIGHT_TRY(open_files());
    OVERNIGHT_TRY(read_all(summary));
    if (summary.failed > 0)
        summary.warnings.push_back(
            core::grouped(summary.failed) + (summary.failed == 1 ? " row is" : " rows are") +
            " not sent and will stand as failed in the output; the first: " + first_set_aside_);
    for (auto& warning : checks_.warnings(input_.path.string(), spec_.recipe.id_column))
        summary.warnings.push_back(std::move(warning));
    summary.requests = shards_->requests();
    summary.shards = shards_->shards();
    summary.input_tokens = shards_->input_tokens();
    summary.shard_bytes = shards_->bytes();
    summary.job.input = {input_.path.string(), reader_->bytes_read(), reader_->content_crc()};
    summary.job.model = spec_.recipe.model;
    summary.job.endpoint = spec_.endpoint;
    summary.job.pack_rows = spec_.recipe.pack_rows;
    if (!writes()) return {};
    OVERNIGHT_TRY(rows_.flush());
    return seen_->commit();
}

}  // namespace

core::Result<PlanSummary> plan_recipe(store::Store& store,
                                      const core::Clock& clock,
                                      const PlanRequest& request) {
    OVERNIGHT_TRY_ASSIGN(const std::string schema, read_schema(request.recipe));
    OVERNIGHT_TRY_ASSIGN(auto spec, providers::make_spec(request.recipe, *request.adapter, schema));
    PlanSummary summary;
    model::Job& job = summary.job;
    job.kind = model::JobKind::recipe;
    job.name = request.recipe.path.filename().string();
    job.recipe_path = request.recipe.path.string();
    job.recipe_text = request.recipe_text;
    job.recipe_schema = schema;
    job.base_folder = request.recipe.base_folder.string();
    job.output_path = request.output.string();
    job.account = request.account;
    job.row_attempts = request.recipe.attempts;
    job.provider = request.adapter->kind();
    summary.warnings = not_yet_enforced(request.recipe);
    return plan_job(store, clock, request.mode, std::move(summary), [&](PlanSummary& s) {
        return RecipePlan(store, request, std::move(spec), s.job.id).run(s);
    });
}

}  // namespace overnight::submitter
