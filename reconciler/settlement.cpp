#include "reconciler/settlement.hpp"

#include "jsonl/random_reader.hpp"

#include <algorithm>
#include <cstring>

namespace overnight::reconciler {
namespace {

constexpr std::uint64_t fingerprint_bytes = sizeof(store::Fingerprint);
constexpr std::uint64_t rows_a_read = 16'384;

}  // namespace

SettlementBuilder::SettlementBuilder(store::Store& store,
                                     const core::Clock& clock,
                                     const model::Job& job,
                                     const model::Attempt& attempt,
                                     const store::Manifest& manifest,
                                     RetryPolicy policy)
    : store_(store),
      clock_(clock),
      job_(job),
      attempt_(attempt),
      manifest_(manifest),
      policy_(policy) {
    settlement_.rows.reserve(manifest.rows());
}

void SettlementBuilder::answer(core::RowNo row, const model::AnswerPlace& place) {
    settlement_.rows.emplace_back(row, model::RowRecord{model::RowState::answered, place});
}

core::Result<> SettlementBuilder::trouble(core::RowNo row,
                                          std::uint32_t request,
                                          std::uint32_t place,
                                          model::Verdict verdict,
                                          const std::string& reason,
                                          std::uint32_t evidence_crc) {
    OVERNIGHT_TRY_ASSIGN(const auto known, store_.tries(job_.id, row));
    const auto rows = static_cast<std::uint32_t>(manifest_.rows_of(request).size());
    Decision decision = decide(verdict, known.value_or(model::TryRecord{}), rows, policy_);
    if (decision.next == Next::fail) {
        fail(row, request, place, verdict, reason, decision.tries);
        return {};
    }
    decision.tries = placed(decision.tries, request, place);
    decision.tries.queued_at = clock_.now();
    model::Resubmission record;
    record.shard = attempt_.key.shard;
    record.attempt = attempt_.key.attempt;
    record.request = request;
    record.verdict = verdict;
    record.evidence_crc = evidence_crc;
    record.reason = reason;
    record.at = clock_.now();
    settlement_.tries.emplace_back(row, decision.tries);
    settlement_.resubmissions.emplace_back(row, std::move(record));
    return {};
}

model::TryRecord SettlementBuilder::placed(model::TryRecord tries,
                                           std::uint32_t request,
                                           std::uint32_t place) const {
    tries.shard = attempt_.key.shard;
    tries.attempt = attempt_.key.attempt;
    tries.request = request;
    tries.place = place;
    return tries;
}

void SettlementBuilder::fail(core::RowNo row,
                             std::uint32_t request,
                             std::uint32_t place,
                             model::Verdict verdict,
                             const std::string& reason,
                             model::TryRecord tries) {
    model::RowRecord failed;
    failed.state = model::RowState::failed;
    tries.queued = false;
    settlement_.rows.emplace_back(row, failed);
    settlement_.failures.emplace_back(row, model::Failure{verdict, reason});
    settlement_.tries.emplace_back(row, placed(tries, request, place));
}

// The rows of a shard stand close together in the job, so their fingerprints are read in runs.
core::Result<> SettlementBuilder::write_index() {
    std::vector<store::IndexEntry> entries;
    entries.reserve(settlement_.rows.size());
    OVERNIGHT_TRY_ASSIGN(const auto file,
                         jsonl::RandomReader::open(store_.fingerprint_file(job_.id)));
    std::string block;
    std::uint64_t first = 0, end = 0;
    OVERNIGHT_TRY_ASSIGN(const std::uint64_t bytes, file.size());
    for (const auto& [row, record] : settlement_.rows) {
        if (record.state != model::RowState::answered) continue;
        if (row.v < first || row.v >= end) {
            first = row.v;
            end = std::min(row.v + rows_a_read, bytes / fingerprint_bytes);
            if (row.v >= end)
                return core::Error(core::Errc::corrupt, file.path().string() + ": it is too short");
            OVERNIGHT_TRY(
                file.read(first * fingerprint_bytes, (end - first) * fingerprint_bytes, block));
        }
        store::IndexEntry entry;
        std::memcpy(entry.first.data(), block.data() + (row.v - first) * fingerprint_bytes,
                    fingerprint_bytes);
        entry.second = record.place;
        entries.push_back(entry);
    }
    if (entries.empty()) return {};
    OVERNIGHT_TRY_ASSIGN(settlement_.index, store::write_index(store_, entries));
    return {};
}

core::Result<> SettlementBuilder::apply(model::Attempt next,
                                        model::AttemptState expected,
                                        std::optional<store::Segment> segment,
                                        const model::Usage& usage,
                                        std::uint32_t pack_rows) {
    const auto by_row = [](const auto& a, const auto& b) { return a.first < b.first; };
    std::sort(settlement_.rows.begin(), settlement_.rows.end(), by_row);
    std::sort(settlement_.failures.begin(), settlement_.failures.end(), by_row);
    std::sort(settlement_.tries.begin(), settlement_.tries.end(), by_row);
    std::sort(settlement_.resubmissions.begin(), settlement_.resubmissions.end(), by_row);
    settlement_.segment = std::move(segment);
    if (settlement_.segment) OVERNIGHT_TRY(write_index());
    settlement_.attempt = std::move(next);
    settlement_.expected = expected;
    settlement_.usage = usage;
    settlement_.pack_rows = pack_rows;
    return store_.settle(settlement_);
}

}  // namespace overnight::reconciler
