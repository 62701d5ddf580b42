// The fields of each row in their order on disk; one description serves both directions. Numbers of
// versions and enumerators are frozen: a changed layout is a new version with a conversion.
#pragma once

#include "model/attempt.hpp"
#include "model/job.hpp"
#include "model/row.hpp"
#include "model/shard.hpp"
#include "store/field_count.hpp"
#include "store/rows_of_tables.hpp"
#include "store/values.hpp"

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace overnight::store {

/// The version that is written.
template <class Row>
inline constexpr std::uint8_t row_version = 1;

/// T, to be written (const) or to be read.
template <class V, class T>
concept As = std::same_as<std::remove_const_t<V>, T>;

void fields(auto&, As<Unit> auto&) {}
void fields(auto& a, As<Count> auto& v) {
    a(v.v);
}
void fields(auto& a, As<InstallationRow> auto& v) {
    a(v.id, v.generation, v.created, v.data_inode, v.doubt);
}
void fields(auto& a, As<RemovalRow> auto& v) {
    a(v.what);
}

void fields(auto& a, As<model::Usage> auto& v) {
    a(v.input_tokens, v.cached_input_tokens, v.output_tokens);
}
void fields(auto& a, As<model::RowCounts> auto& v) {
    a(v.total, v.answered, v.cached, v.failed, v.duplicates);
}
void fields(auto& a, As<model::InputIdentity> auto& v) {
    a(v.path, v.bytes, v.content_crc);
}
void fields(auto& a, As<model::Moment> auto& v) {
    a(v.wall, v.since_boot, v.boot_id);
}

void fields(auto& a, As<JobFacts> auto& v) {
    auto& j = v.job;
    a(j.id, j.kind, j.name, j.recipe_path, j.recipe_text, j.recipe_schema, j.base_folder, j.input,
      j.account, j.provider, j.model, j.endpoint, j.row_attempts, j.created);
}
void fields(auto& a, As<JobProgress> auto& v) {
    a(v.state, v.shards, v.requests, v.batches, v.attempts, v.rows, v.usage, v.pack_rows,
      v.output_path, v.note, v.updated, v.waiting, v.queued, v.queue_oldest, v.resubmissions);
}

void fields(auto& a, As<model::Failure> auto& v) {
    a(v.verdict, v.reason);
}
void fields(auto& a, As<model::TryRecord> auto& v) {
    a(v.failures, v.bad_answers, v.bad_alone, v.losses, v.never_ran, v.pack_limit, v.queued,
      v.raise_output, v.queued_at, v.shard, v.attempt, v.request, v.place);
}
void fields(auto& a, As<model::Resubmission> auto& v) {
    a(v.shard, v.attempt, v.request, v.verdict, v.evidence_crc, v.reason, v.at);
}

void fields(auto& a, As<model::ShardKey> auto& v) {
    a(v.job, v.shard);
}
void fields(auto& a, As<model::AttemptKey> auto& v) {
    a(v.job, v.shard, v.attempt);
}
void fields(auto& a, As<model::Shard> auto& v) {
    a(v.key, v.state, v.requests, v.rows, v.bytes, v.input_tokens, v.attempts);
}
void fields(auto& a, As<model::Lookout> auto& v) {
    a(v.taken, v.baseline, v.strangers, v.provisional, v.signed_off, v.unproven_scans);
}
void fields(auto& a, As<model::Attempt> auto& v) {
    a(v.key, v.account, v.state, v.intent, v.tag, v.key_fingerprint, v.file_bytes, v.requests,
      v.file, v.batch, v.status, v.status_word, v.done, v.output_file, v.error_file, v.committed,
      v.doubted, v.fenced, v.empty_scans, v.upload_tries, v.fetch_tries, v.missing_since,
      v.void_reason, v.ended, v.due, v.cancel_wanted, v.cancel_sent, v.usage, v.evidence, v.error,
      v.lookout, v.short_fetches);
}

void fields(auto& a, As<Account> auto& v) {
    a(v.name, v.hold_reason, v.hold_until, v.key_fingerprint, v.last_sweep, v.create_after,
      v.token_limits, v.released);
}
void fields(auto& a, As<Segment> auto& v) {
    a(v.no, v.file, v.bytes, v.answers, v.job);
}
void fields(auto& a, As<IndexFile> auto& v) {
    a(v.no, v.file, v.entries);
}

// A field that is added to a model must be added above (and be a new version once a version is
// released).
static_assert(field_count<model::Usage>() == 3);
static_assert(field_count<model::RowCounts>() == 5);
static_assert(field_count<model::InputIdentity>() == 3);
static_assert(field_count<model::Moment>() == 3);
static_assert(field_count<model::Job>() == 25);
static_assert(field_count<JobProgress>() == 15);
static_assert(field_count<model::AnswerPlace>() == 3 && field_count<model::RowRecord>() == 2);
static_assert(field_count<model::Failure>() == 2);
static_assert(field_count<model::TryRecord>() == 13);
static_assert(field_count<model::Resubmission>() == 7);
static_assert(field_count<model::Shard>() == 7);
static_assert(field_count<model::Lookout>() == 6);
static_assert(field_count<model::Attempt>() == 32);
static_assert(field_count<Account>() == 8);
static_assert(field_count<Segment>() == 5 && field_count<IndexFile>() == 3);

}  // namespace overnight::store
