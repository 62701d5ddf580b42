// The merge: settled rows go back beside the user's own columns, in input order.
#pragma once

#include "core/error.hpp"
#include "model/job.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <filesystem>
#include <stop_token>

namespace overnight::reconciler {

enum class MergeRows {
    all_settled,   ///< an unsettled row is an error
    what_is_there  ///< unsettled rows come out with _status "waiting"
};

/// Writes the job's output to `output` (format by its name, "-" is not taken here): every input row
/// once, in input order, its own columns unchanged, then the answer's, then _status and _error.
/// Appears under its name only when it is whole. invalid_input when the input is not what was
/// planned any more: the answers stay in the cache.
core::Result<std::uint64_t> merge(const store::Store& store,
                                  const model::Job& job,
                                  const std::filesystem::path& output,
                                  MergeRows rows,
                                  std::stop_token stop);

}  // namespace overnight::reconciler
