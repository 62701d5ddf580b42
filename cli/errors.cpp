// overnight errors: the failed rows of a job, each with its id and the reason.
#include "cli/commands.hpp"
#include "cli/job_lookup.hpp"
#include "cli/json_text.hpp"
#include "core/clock.hpp"
#include "core/text.hpp"
#include "jsonl/record.hpp"
#include "recipe/recipe.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <string>
#include <utility>
#include <vector>

namespace overnight::cli {
namespace {

using core::Result;

/// More are counted, and not listed: `results` has every row.
constexpr std::size_t most_listed = 1'000'000;
constexpr std::size_t max_id_bytes = 1'000;

struct Failed {
    core::RowNo row;
    std::string id;
    model::Failure failure;
};

Result<std::vector<Failed>> failed_rows(const store::Store& store, const model::Job& job) {
    std::vector<Failed> failed;
    OVERNIGHT_TRY(
        store.for_each_failure(job.id, [&](core::RowNo row, const model::Failure& failure) {
            failed.push_back({row, {}, failure});
            return failed.size() < most_listed;
        }));
    return failed;
}

/// Fills in the ids from the column that the recipe names. Whatever is wrong with the input now is
/// no reason to withhold the rows: the error says why ids are missing.
Result<> add_ids(const Session& session, const model::Job& job, std::vector<Failed>& failed) {
    if (failed.empty() || job.kind != model::JobKind::recipe) return {};
    OVERNIGHT_TRY_ASSIGN(const auto recipe,
                         recipe::parse_recipe(job.recipe_text, job.recipe_path, job.base_folder));
    if (recipe.id_column.empty()) return {};
    OVERNIGHT_TRY_ASSIGN(const auto format, jsonl::format_of(job.input.path));
    OVERNIGHT_TRY_ASSIGN(auto reader, jsonl::RecordReader::open(job.input.path, format));
    jsonl::Record record;
    for (auto& row : failed) {
        do {
            if (session.stop.stop_requested())
                return core::Error(core::Errc::cancelled, "interrupted");
            OVERNIGHT_TRY_ASSIGN(const bool more, reader.next(record));
            if (!more)
                return core::Error(core::Errc::invalid_input, "the input has fewer rows now");
        } while (record.row < row.row.v);
        if (const auto* field = record.find(recipe.id_column))
            row.id = field->value.substr(0, max_id_bytes);
    }
    return {};
}

void print_text(const Session& session, const std::vector<Failed>& failed) {
    for (const auto& row : failed)
        session.console.out(std::to_string(row.row.v) + "\t" + core::printable(row.id) + "\t" +
                            std::string(model::name(row.failure.verdict)) + "\t" +
                            core::printable(row.failure.reason, 2'000) + "\n");
}

void print_json(const Session& session, const model::Job& job, const std::vector<Failed>& failed) {
    boost::json::array list;
    for (const auto& row : failed) {
        boost::json::object object;
        object["row"] = row.row.v;
        if (row.id.empty()) {
            object["id"] = nullptr;
        } else {
            object["id"] = row.id;
        }
        object["verdict"] = model::name(row.failure.verdict);
        object["reason"] = row.failure.reason;
        list.push_back(std::move(object));
    }
    boost::json::object object;
    object["job"] = job.id.v;
    object["failed"] = job.rows.failed;
    object["errors"] = std::move(list);
    session.console.out(json_line(object));
}

/// The request that carried the row before it was sent again.
std::string request_text(const model::Resubmission& r) {
    return std::to_string(r.shard.v) + "-" + std::to_string(r.attempt) + "/" +
           std::to_string(r.request);
}

boost::json::object resent_json(core::RowNo row, const model::Resubmission& r) {
    boost::json::object object;
    object["row"] = row.v;
    object["after"] = request_text(r);
    object["verdict"] = model::name(r.verdict);
    object["reason"] = r.reason;
    object["evidence_crc32c"] = r.evidence_crc;
    object["at"] = core::iso8601(r.at);
    return object;
}

// As they are read: there may be more of them than rows.
Result<ExitCode> print_resent(const Session& session,
                              const store::Store& store,
                              const model::Job& job) {
    const bool json = session.json();
    if (json) session.console.out("{\"job\":" + std::to_string(job.id.v) + ",\"resent\":[");
    bool first = true;
    OVERNIGHT_TRY(
        store.for_each_resubmission(job.id, [&](core::RowNo row, const model::Resubmission& r) {
            if (json) {
                session.console.out((first ? "" : ",") +
                                    safe_json(boost::json::serialize(resent_json(row, r))));
            } else {
                session.console.out(std::to_string(row.v) + "\t" + request_text(r) + "\t" +
                                    std::string(model::name(r.verdict)) + "\t" +
                                    core::printable(r.reason, 2'000) + "\n");
            }
            first = false;
            return true;
        }));
    if (json) session.console.out("]}\n");
    return ExitCode::ok;
}

}  // namespace

Result<ExitCode> execute(const Session& session, const ErrorsCommand& command) {
    OVERNIGHT_TRY_ASSIGN(const auto store, open_existing_store(session));
    OVERNIGHT_TRY_ASSIGN(const auto job, find_job(*store, command.job));
    if (command.resent == Resent::yes) return print_resent(session, *store, job);
    OVERNIGHT_TRY_ASSIGN(auto failed, failed_rows(*store, job));
    if (auto ids = add_ids(session, job, failed); !ids) {
        if (ids.error().code() == core::Errc::cancelled) return std::move(ids).error();
        session.console.warn("ids are missing: " + ids.error().describe());
    }
    if (session.json()) {
        print_json(session, job, failed);
        return ExitCode::ok;
    }
    print_text(session, failed);
    if (failed.empty())
        session.console.note("no row of job " + std::to_string(job.id.v) + " has failed");
    if (failed.size() == most_listed)
        session.console.warn("only the first " + core::grouped(most_listed) +
                             " are listed; overnight results has every row");
    return ExitCode::ok;
}

}  // namespace overnight::cli
