// The rendered text of a row that was sent before, read back out of the shard that carried it: the
// spool is the truth, whatever became of the input since.
#pragma once

#include "core/error.hpp"
#include "jsonl/random_reader.hpp"
#include "model/row.hpp"
#include "providers/job_spec.hpp"
#include "store/manifest.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::submitter {

/// Keeps the last shard and the last request: rows in order share them. One thread.
class RowTexts {
public:
    RowTexts(const store::Store& store, core::JobId job, const providers::JobSpec& spec)
        : store_(store), job_(job), spec_(spec) {}

    /// The row's prompt text. The view lives until the next call. Errc::corrupt when the spool is
    /// damaged.
    core::Result<std::string_view> text(const model::TryRecord& where);
    /// The whole line of a raw request.
    core::Result<std::string_view> line(const model::TryRecord& where);

private:
    core::Result<> open_shard(core::ShardNo shard, std::uint16_t attempt);

    const store::Store& store_;
    core::JobId job_;
    const providers::JobSpec& spec_;
    std::optional<model::AttemptKey> open_;
    std::optional<jsonl::RandomReader> file_;
    std::uint64_t file_bytes_ = 0;
    store::Manifest manifest_;
    std::optional<std::uint32_t> request_;
    std::string line_;
    std::vector<std::string> texts_;
};

}  // namespace overnight::submitter
