// What a killed process left behind: files that have their name but that no transaction came to
// name, and removals that were begun. A role sweeps only what it alone makes, under its lock.

#include "jsonl/directory.hpp"
#include "jsonl/fd.hpp"
#include "store/impl.hpp"
#include "store/segment_row.hpp"

#include <charconv>
#include <filesystem>
#include <set>

namespace overnight::store {

using core::Errc;
using core::Error;
using core::Result;

namespace {

Result<std::vector<std::filesystem::path>> entries(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> found;
    std::error_code failure;
    for (std::filesystem::directory_iterator it(folder, failure), end; !failure && it != end;
         it.increment(failure))
        found.push_back(it->path());
    if (failure)
        return jsonl::system_error(failure.value(), "cannot list " + jsonl::shown(folder),
                                   Errc::unavailable);
    return found;
}

Result<> remove_file(const std::filesystem::path& file) {
    std::error_code failure;
    std::filesystem::remove(file, failure);
    if (!failure) return {};
    return jsonl::system_error(failure.value(), "cannot remove " + jsonl::shown(file),
                               Errc::unavailable);
}

/// Takes a number off the front of `text`.
template <class Number>
std::optional<Number> take(std::string_view& text) {
    Number number{};
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    return number;
}

bool is_result_file(std::string_view name) {
    return (name.starts_with("seg-") && name.ends_with(".ans")) ||
           (name.starts_with("idx-") && name.ends_with(".fpx"));
}

/// A shard's or its manifest's file: NNNN-A.jsonl gives the attempt, NNNN.rows attempt 0.
std::optional<model::AttemptKey> shard_of(core::JobId job, std::string_view name) {
    const auto shard = take<std::uint32_t>(name);
    if (!shard) return std::nullopt;
    if (name == ".rows") return model::AttemptKey{job, {*shard}, 0};
    if (!name.starts_with('-')) return std::nullopt;
    name.remove_prefix(1);
    const auto attempt = take<std::uint16_t>(name);
    if (!attempt || name != ".jsonl") return std::nullopt;
    return model::AttemptKey{job, {*shard}, *attempt};
}

}  // namespace

Result<> Store::sweep(Role held) {
    switch (held) {
    case Role::reconcile:
        return impl_->sweep_results();
    case Role::submit:
    case Role::plan:
    case Role::poll:
        return impl_->sweep_spool(held);
    }
    return {};
}

Result<> Store::Impl::sweep_results() {
    OVERNIGHT_TRY(jsonl::sweep_temporaries(results()));
    // Listed first: what is named meanwhile is not among the files to look at.
    OVERNIGHT_TRY_ASSIGN(const auto files, entries(results()));
    std::set<std::string> named;
    {
        OVERNIGHT_TRY_ASSIGN(const auto txn, read());
        OVERNIGHT_TRY(tables.segments.scan(txn, "", [&](core::SegmentNo, const Segment& segment) {
            named.insert(segment.file);
            return true;
        }));
        OVERNIGHT_TRY(tables.indexes.scan(txn, "", [&](std::uint32_t, const IndexFile& index) {
            named.insert(index.file);
            return true;
        }));
    }
    for (const auto& file : files) {
        const std::string name = file.filename().native();
        if (is_result_file(name) && named.count(name) == 0) OVERNIGHT_TRY(remove_file(file));
    }
    return {};
}

Result<> Store::Impl::sweep_spool(Role held) {
    OVERNIGHT_TRY(jsonl::sweep_temporaries(dir));
    if (held == Role::plan) {
        std::vector<std::pair<core::JobId, Removal>> begun;
        {
            OVERNIGHT_TRY_ASSIGN(const auto txn, read());
            OVERNIGHT_TRY(
                tables.removals.scan(txn, "", [&](core::JobId job, const RemovalRow& row) {
                    begun.emplace_back(job, row.what);
                    return true;
                }));
        }
        for (const auto& [job, what] : begun)
            OVERNIGHT_TRY(finish_removal(job, what));
    }
    OVERNIGHT_TRY_ASSIGN(const auto folders, entries(dir / "spool"));
    for (const auto& folder : folders) {
        std::string name = folder.filename().native();
        std::string_view rest = name;
        const auto number = take<std::uint32_t>(rest);
        if (!number || !rest.empty()) continue;
        const core::JobId job{*number};
        OVERNIGHT_TRY(jsonl::sweep_temporaries(folder));
        if (held != Role::submit) continue;

        OVERNIGHT_TRY_ASSIGN(const auto files, entries(folder));
        OVERNIGHT_TRY_ASSIGN(const auto txn, read());
        OVERNIGHT_TRY_ASSIGN(const auto progress, tables.progress.get(txn, job));
        // A job being planned belongs to its planner; an unknown one is evidence of a lost store.
        if (!progress || progress->state == model::JobState::planning) continue;
        for (const auto& file : files) {
            const std::string file_name = file.filename().native();
            const auto key = shard_of(job, file_name);
            if (!key) continue;
            OVERNIGHT_TRY_ASSIGN(const auto shard, tables.shards.get(txn, key->shard_key()));
            if (!shard || key->attempt > shard->attempts) OVERNIGHT_TRY(remove_file(file));
        }
    }
    return {};
}

}  // namespace overnight::store
