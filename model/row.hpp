// A row's state: the unit that the user cares about.
#pragma once

#include "core/clock.hpp"
#include "core/ids.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace overnight::model {

/// On disk: never renumber.
enum class RowState : std::uint8_t {
    waiting = 1,    ///< not settled: in a shard, in flight, or queued to be sent again
    answered = 2,   ///< settled in this job; `place` says where the answer is
    cached = 3,     ///< answered before this job; `place` says where the answer is
    failed = 4,     ///< ended with an error; the failures table has the reason
    duplicate = 5,  ///< equal to an earlier row of the job, `place.offset` is that row's number
};
std::string_view name(RowState state) noexcept;

/// Where a settled answer stands: `length` bytes of payload behind a 4-byte CRC32C at `offset` of a
/// segment.
struct AnswerPlace {
    core::SegmentNo segment;
    std::uint64_t offset = 0;
    std::uint32_t length = 0;
    friend bool operator==(const AnswerPlace&, const AnswerPlace&) = default;
};

struct RowRecord {
    RowState state = RowState::waiting;
    AnswerPlace place;
    friend bool operator==(const RowRecord&, const RowRecord&) = default;
};

/// Why a row did not end with a good answer in an attempt, or that it did (DESIGN 6).
/// On disk: never renumber.
enum class Verdict : std::uint8_t {
    answered = 1,
    bad_answer = 2,    ///< not JSON, schema violated, refused, empty, missing from its pack
    cut_off = 3,       ///< finish_reason length, max_output_tokens
    filtered = 4,      ///< content filter, prompt blocked
    retryable = 5,     ///< 429, 5xx, overloaded, status 0, timed out: the provider's fault
    quota = 6,         ///< quota or spend limit: the account is held, the row loses no try
    permanent = 7,     ///< another 4xx
    never_ran = 8,     ///< expired, cancelled
    missing_line = 9,  ///< no line in either file of a terminal batch
};
std::string_view name(Verdict verdict) noexcept;

/// How often a row was tried. Kept only for rows that were not answered at the first try.
struct TryRecord {
    std::uint8_t failures = 0;     ///< tries that the provider failed (retryable)
    std::uint8_t bad_answers = 0;  ///< tries with a bad answer, alone or in a pack
    std::uint8_t bad_alone = 0;    ///< of them, those alone in their request
    std::uint8_t losses = 0;       ///< tries that left no line
    std::uint8_t never_ran = 0;    ///< expired or cancelled; does not count against the row
    std::uint32_t pack_limit =
        0;                      ///< at most this many rows beside it from now on; 0: the recipe's
    bool queued = false;        ///< waits to be put in a shard; else it is in flight
    bool raise_output = false;  ///< the next request asks for twice the output
    core::TimePoint queued_at{};
    // where its rendered text stands: a request of an earlier shard, and the row's place in that
    // request
    core::ShardNo shard;
    std::uint16_t attempt = 0;
    std::uint32_t request = 0;
    std::uint32_t place = 0;
    friend bool operator==(const TryRecord&, const TryRecord&) = default;
};

/// Written before a row can be sent again: the evidence of the attempt before, and the reason.
struct Resubmission {
    core::ShardNo shard;
    std::uint16_t attempt = 0;
    std::uint32_t request = 0;
    Verdict verdict = Verdict::retryable;
    std::uint32_t evidence_crc = 0;  ///< CRC32C of the result line; 0 when there was none
    std::string reason;
    core::TimePoint at{};
    friend bool operator==(const Resubmission&, const Resubmission&) = default;
};

struct Failure {
    Verdict verdict = Verdict::permanent;
    std::string
        reason;  ///< one line for `_error`: ours first, then the provider's message, made printable
    friend bool operator==(const Failure&, const Failure&) = default;
};

}  // namespace overnight::model
