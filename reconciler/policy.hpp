// What a row's verdict leads to (DESIGN 6). Pure: the money of resubmissions is decided here, so it
// is tested as a table.
#pragma once

#include "model/row.hpp"

#include <cstdint>

namespace overnight::reconciler {

struct RetryPolicy {
    std::uint32_t attempts = 3;  ///< tries for a row that the provider failed
    bool raise_output = true;  ///< a single row that was cut off may ask once for twice the output
};

enum class Next {
    settle,  ///< the answer stands
    resend,  ///< `tries` says how
    fail,    ///< final
};

struct Decision {
    Next next = Next::fail;
    model::TryRecord
        tries;  ///< counters afterwards; where the text stands is the caller's to fill in
};

/// `before` holds the counters so far (zeros for a first try), `pack_rows` how many rows the
/// request carried.
Decision decide(model::Verdict verdict,
                const model::TryRecord& before,
                std::uint32_t pack_rows,
                const RetryPolicy& policy) noexcept;

/// The pack size for the rest of the job, after an attempt in which `whole` of `packs` requests of
/// `size` rows failed as a whole; 0 leaves it.
std::uint32_t lowered_pack_size(std::uint32_t size,
                                std::uint64_t packs,
                                std::uint64_t whole) noexcept;

}  // namespace overnight::reconciler
