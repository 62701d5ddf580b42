// Members of a batch that OpenAI and those who took its API over show alike, with what the fault
// script makes of them.
#pragma once

#include "emulator/batch.hpp"
#include "emulator/json_text.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace overnight::emulator::openai {

/// Unix seconds; null for never.
void put_time(ObjectWriter& object, std::string_view key, core::TimePoint time);
/// The id of a result file: it shows once the batch has ended, or later if a rule says so.
void put_file_id(ObjectWriter& object,
                 std::string_view key,
                 const Batch& batch,
                 std::string_view id,
                 core::TimePoint now);
/// A count, or what a rule says in its place.
inline std::int64_t shown(const std::optional<std::int64_t>& said, std::uint64_t truth) {
    return said.value_or(static_cast<std::int64_t>(truth));
}

}  // namespace overnight::emulator::openai
