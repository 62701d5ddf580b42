// Builds one Settlement from what became of each row of a shard.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "model/attempt.hpp"
#include "model/job.hpp"
#include "model/row.hpp"
#include "reconciler/policy.hpp"
#include "store/answers.hpp"
#include "store/manifest.hpp"
#include "store/store.hpp"

#include <string>
#include <vector>

namespace overnight::reconciler {

class SettlementBuilder {
public:
    SettlementBuilder(store::Store& store,
                      const core::Clock& clock,
                      const model::Job& job,
                      const model::Attempt& attempt,
                      const store::Manifest& manifest,
                      RetryPolicy policy);

    void answer(core::RowNo row, const model::AnswerPlace& place);
    /// Decides by the row's counters what follows. `place` is the row's place in request `request`.
    core::Result<> trouble(core::RowNo row,
                           std::uint32_t request,
                           std::uint32_t place,
                           model::Verdict verdict,
                           const std::string& reason,
                           std::uint32_t evidence_crc);

    /// Final. `tries` are its counters; where its text stands is kept, for `retry JOB`.
    void fail(core::RowNo row,
              std::uint32_t request,
              std::uint32_t place,
              model::Verdict verdict,
              const std::string& reason,
              model::TryRecord tries = {});

    /// Writes the index of the answers, and the transaction. `segment` holds them and is committed
    /// first, by the caller.
    core::Result<> apply(model::Attempt next,
                         model::AttemptState expected,
                         std::optional<store::Segment> segment,
                         const model::Usage& usage,
                         std::uint32_t pack_rows);

private:
    model::TryRecord placed(model::TryRecord tries,
                            std::uint32_t request,
                            std::uint32_t place) const;
    core::Result<> write_index();

    store::Store& store_;
    const core::Clock& clock_;
    const model::Job& job_;
    const model::Attempt& attempt_;
    const store::Manifest& manifest_;
    RetryPolicy policy_;
    store::Settlement settlement_;
};

}  // namespace overnight::reconciler
