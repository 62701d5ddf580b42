// A shard: one JSONL file within the provider's limits, the input of exactly one batch at a time.
#pragma once

#include "core/ids.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace overnight::model {

/// On disk: never renumber.
enum class ShardState : std::uint8_t {
    open = 1,     ///< an attempt is to be made or is under way
    settled = 2,  ///< every row in it was settled or queued to be sent again
    dropped =
        3,  ///< given up without a result: cancelled, or its rows were queued for smaller shards
};
std::string_view name(ShardState state) noexcept;
bool may_become(ShardState from, ShardState to) noexcept;

struct ShardKey {
    core::JobId job;
    core::ShardNo shard;
    friend auto operator<=>(const ShardKey&, const ShardKey&) = default;
};

struct Shard {
    ShardKey key;
    ShardState state = ShardState::open;
    std::uint32_t requests = 0;
    std::uint32_t rows = 0;
    std::uint64_t bytes = 0;
    std::uint64_t input_tokens = 0;  ///< estimated
    std::uint16_t attempts = 0;      ///< made so far; the latest one counts
    friend bool operator==(const Shard&, const Shard&) = default;
};

}  // namespace overnight::model
