// Cuts a stream of request lines into shards within the provider's limits, each durable before it
// is named.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "jsonl/durable_file.hpp"
#include "model/attempt.hpp"
#include "model/shard.hpp"
#include "providers/api.hpp"
#include "store/manifest.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace overnight::submitter {

/// What a line costs against the limits of a shard.
struct LineCost {
    std::uint32_t inputs = 1;  ///< of PromptForm::list
    std::uint64_t input_tokens = 0;
};

/// Limits of one shard; the provider's, lowered by a learned token limit where there is one.
struct ShardLimits {
    std::uint32_t requests = 50'000;
    std::uint64_t bytes = 200'000'000;
    std::uint32_t inputs = 50'000;
    std::uint64_t input_tokens = UINT64_MAX;
    std::uint32_t vary_requests = 0;  ///< shard n has up to n modulo (this + 1) requests fewer
    std::uint32_t rows = 250'000;     ///< ours: what settling one shard holds in memory
};
/// What else bounds a shard. Zero: nothing.
struct ShardWish {
    std::uint32_t batch_requests = 0;  ///< the recipe's
    /// Of an account whose lines are sent one by one: calls at once. A shard is settled when its
    /// last line is answered, so theirs are small: answers stand in the table of results as they
    /// come.
    std::uint32_t calls_at_once = 0;
};
/// The provider's, lowered by `wish`.
ShardLimits shard_limits(const providers::Caps& caps, const ShardWish& wish);
/// ShardWish::calls_at_once of an account.
inline std::uint32_t calls_at_once(providers::Tier tier, std::uint32_t concurrency) noexcept {
    return tier == providers::Tier::sync ? concurrency : 0;
}

class ShardWriter {
public:
    /// A finished shard: files durable, nothing in the store yet. Called from add() and finish().
    using Done = std::function<core::Result<>(
        const model::Shard&, const model::Attempt&, const store::Manifest&)>;

    /// In place of Done: nothing is written, everything is counted.
    struct CountOnly {};
    ShardWriter(const store::Store& store,
                core::JobId job,
                core::AccountName account,
                core::ShardNo first,
                ShardLimits limits,
                CountOnly);
    ShardWriter(const store::Store& store,
                core::JobId job,
                core::AccountName account,
                core::ShardNo first,
                ShardLimits limits,
                Done done);

    /// Writes one line. `append(out, custom_id)` appends it, newline included, and is called once
    /// or, when the line did not fit the shard at hand, twice. Errc::invalid_input when it fits no
    /// shard at all.
    core::Result<> add(
        std::span<const core::RowNo> rows,
        LineCost cost,
        const std::function<void(std::string& out, std::string_view custom_id)>& append);
    core::Result<> finish();

    std::uint32_t shards() const noexcept { return next_.v; }
    std::uint64_t requests() const noexcept { return requests_; }
    std::uint64_t bytes() const noexcept { return bytes_; }
    std::uint64_t input_tokens() const noexcept { return input_tokens_; }

private:
    bool fits(std::size_t line_bytes, std::size_t rows, const LineCost& cost) const noexcept;
    core::Result<> open();
    core::Result<> close();
    core::Result<> publish();

    const store::Store& store_;
    core::JobId job_;
    core::AccountName account_;
    core::ShardNo next_;
    ShardLimits limits_;
    Done done_;
    std::optional<jsonl::DurableFile> file_;
    bool open_ = false;
    std::uint64_t shard_bytes_ = 0;
    core::IntentId intent_;
    store::Manifest manifest_;
    std::uint32_t shard_inputs_ = 0;
    std::uint64_t shard_tokens_ = 0;
    std::uint64_t requests_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t input_tokens_ = 0;
    std::string line_;
};

/// Writes the file of a shard's next attempt: the file of the attempt before, under a new intent.
/// The intent stands at the same place in every line and is as long as the old one, so nothing else
/// moves. Durable afterwards.
core::Result<> rewrite_shard(const std::filesystem::path& from,
                             const std::filesystem::path& to,
                             const core::IntentId& old_intent,
                             const core::IntentId& new_intent,
                             std::uint16_t new_attempt);

}  // namespace overnight::submitter
