// What the store's tests share: a state folder of their own, and jobs made with few words.
#pragma once

#include "core/bytes.hpp"
#include "store/answers.hpp"
#include "store/store.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace overnight::store::testing {

using core::Errc;
using core::JobId;
using core::RowNo;
using core::ShardNo;
using core::TimePoint;
using model::Attempt;
using model::AttemptState;
using model::RowRecord;
using model::RowState;
using model::Shard;

inline TimePoint at(std::int64_t seconds) {
    return core::from_unix_seconds(seconds);
}

class TempDir {
public:
    TempDir() {
        std::string name = (root() / "overnight-store-XXXXXX").native();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path_ = name;
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    ~TempDir() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
    /// In memory where there is room: thousands of syncs to a disk are slow, and nothing here is
    /// about power loss.
    static std::filesystem::path root() {
        struct statvfs status {};
        const bool roomy = ::statvfs("/dev/shm", &status) == 0 &&
                           status.f_bavail * status.f_frsize > (std::uint64_t{2} << 30);
        if (roomy && ::access("/dev/shm", W_OK) == 0) return "/dev/shm";
        return std::filesystem::temp_directory_path();
    }
    std::filesystem::path path_;
};

inline StoreOptions test_options() {
    StoreOptions options;
    options.allow_any_filesystem = true;
    return options;
}

inline std::unique_ptr<Store> open_store(const std::filesystem::path& dir) {
    return Store::open(dir, test_options()).value();
}

inline RowRecord waiting() {
    return {};
}
inline RowRecord cached(std::uint32_t segment, std::uint64_t offset = 16) {
    return {RowState::cached, {{segment}, offset, 1}};
}
inline RowRecord duplicate_of(std::uint64_t row) {
    return {RowState::duplicate, {{}, row, 0}};
}
inline RowRecord failed() {
    return {RowState::failed, {}};
}

inline model::Job some_job() {
    model::Job job;
    job.name = "topics";
    job.recipe_path = "/home/u/topics.toml";
    job.recipe_text = "[input]\nfile = \"topics.csv\"\n";
    job.base_folder = "/home/u";
    job.input = {"/home/u/topics.csv", 1234, 0xABCD};
    job.output_path = "/home/u/topics.enriched.csv";
    job.account.v = "openai";
    job.provider = "openai";
    job.model = "gpt-6-luna";
    job.endpoint = "/v1/chat/completions";
    job.created = at(1'800'000'000);
    return job;
}

inline Shard some_shard(JobId job, std::uint32_t no, std::uint32_t rows) {
    Shard shard;
    shard.key = {job, {no}};
    shard.rows = rows;
    shard.requests = rows;
    shard.bytes = rows * 100u;
    return shard;
}

inline Attempt some_attempt(JobId job, std::uint32_t shard, std::uint16_t no) {
    Attempt attempt;
    attempt.key = {job, {shard}, no};
    attempt.account.v = "openai";
    attempt.intent.v = core::base32(core::random_bytes(16));
    attempt.tag = "on1-abcdef-" + attempt.intent.v;
    return attempt;
}

/// A published job of `rows` waiting rows in one shard.
inline JobId running_job(Store& store, std::uint64_t rows) {
    const JobId job = store.begin_job(some_job()).value();
    const std::vector<RowRecord> records(rows);
    store.append_rows(job, {0}, records).value();
    store.add_shard(some_shard(job, 0, static_cast<std::uint32_t>(rows)), some_attempt(job, 0, 1))
        .value();
    auto facts = some_job();
    facts.id = job;
    store.publish_job(facts).value();
    return job;
}

/// Takes an attempt through legal states until it is in `wanted`.
inline Attempt lead(Store& store, const model::AttemptKey& key, AttemptState wanted) {
    using S = AttemptState;
    Attempt attempt = store.attempt(key).value().value();
    for (const S next :
         {S::uploading, S::uploaded, S::committing, S::submitted, S::terminal, S::fetched}) {
        if (attempt.state == wanted) return attempt;
        if (next <= attempt.state) continue;
        const S before = attempt.state;
        attempt.state = next;
        if (next == S::submitted) attempt.batch.v = "batch_" + attempt.intent.v;
        store.advance(attempt, before).value();
    }
    return attempt;
}
inline Attempt void_attempt(Store& store,
                            const model::AttemptKey& key,
                            TimePoint ended = at(1'800'000'500)) {
    Attempt attempt = store.attempt(key).value().value();
    const auto before = attempt.state;
    attempt.state = AttemptState::voided;
    attempt.ended = ended;
    store.advance(attempt, before).value();
    return attempt;
}

/// A segment with `payloads`, and where they stand.
inline std::pair<Segment, std::vector<model::AnswerPlace>> write_segment(
    Store& store, JobId job, const std::vector<std::string>& payloads) {
    auto writer = SegmentWriter::begin(store, job).value();
    std::vector<model::AnswerPlace> places;
    for (const auto& payload : payloads)
        places.push_back(writer.append(payload).value());
    return {std::move(writer).commit().value(), std::move(places)};
}

/// A settlement of a fetched attempt that answers `rows`.
inline Settlement answering(Store& store,
                            const model::AttemptKey& key,
                            const std::vector<std::uint64_t>& rows) {
    Settlement s;
    s.attempt = lead(store, key, AttemptState::fetched);
    s.expected = s.attempt.state;
    s.attempt.state = AttemptState::settled;
    auto [segment, places] =
        write_segment(store, key.job, std::vector<std::string>(rows.size(), "an answer"));
    s.segment = segment;
    for (std::size_t i = 0; i < rows.size(); ++i)
        s.rows.push_back({{rows[i]}, {RowState::answered, places[i]}});
    return s;
}
inline void add_failure(Settlement& s, std::uint64_t row, const std::string& reason = "no") {
    s.rows.push_back({{row}, failed()});
    s.failures.push_back({{row}, {model::Verdict::permanent, reason}});
    model::TryRecord record;  // says where the row's text stands
    record.shard = s.attempt.key.shard;
    record.attempt = s.attempt.key.attempt;
    record.request = static_cast<std::uint32_t>(row);
    s.tries.push_back({{row}, record});
}
inline void add_retry(Settlement& s, std::uint64_t row, TimePoint when) {
    model::TryRecord record;
    record.failures = 1;
    record.queued = true;
    record.queued_at = when;
    record.shard = s.attempt.key.shard;
    record.attempt = s.attempt.key.attempt;
    record.request = static_cast<std::uint32_t>(row);
    s.tries.push_back({{row}, record});
    s.resubmissions.push_back(
        {{row},
         {s.attempt.key.shard, s.attempt.key.attempt, static_cast<std::uint32_t>(row),
          model::Verdict::retryable, 7, "429", when}});
}

inline RowRecord row(const Store& store, JobId job, std::uint64_t no) {
    RowRecord record;
    store.read_rows(job, {no}, {&record, 1}).value();
    return record;
}
inline model::RowCounts counts(const Store& store, JobId job) {
    return store.job(job).value().value().rows;
}

template <class T>
Errc code(const core::Result<T>& result) {
    if (result) throw std::logic_error("an error was expected");
    return result.error().code();
}

#define EXPECT_CLEAN(store) EXPECT_EQ((store).check().value(), std::vector<std::string>{})

/// Runs `body` in a child process and gives its wait status.
inline int in_child(const std::function<void()>& body) {
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("fork");
    if (pid == 0) {
        try {
            body();
        } catch (...) {
            ::_exit(99);
        }
        ::_exit(0);
    }
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

}  // namespace overnight::store::testing
