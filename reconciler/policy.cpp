#include "reconciler/policy.hpp"

#include <algorithm>

namespace overnight::reconciler {
namespace {

using model::Verdict;

constexpr std::uint8_t single_bad_answers =
    2;  // a bad answer is paid: alone, a row gets one second chance
constexpr std::uint8_t most_never_ran =
    20;  // a provider that never gets to a row is given up at last
constexpr std::uint64_t packs_that_tell = 4;

std::uint8_t more(std::uint8_t n) noexcept {
    return n == UINT8_MAX ? n : static_cast<std::uint8_t>(n + 1);
}

std::uint32_t half(std::uint32_t rows) noexcept {
    return std::max(1u, (rows + 1) / 2);
}

}  // namespace

Decision decide(Verdict verdict,
                const model::TryRecord& before,
                std::uint32_t pack_rows,
                const RetryPolicy& policy) noexcept {
    Decision d{Next::resend, before};
    d.tries.queued = true;
    const bool single = pack_rows <= 1;
    const auto split = [&] { d.tries.pack_limit = half(pack_rows); };
    const auto fail_if = [&](bool over) { d.next = over ? Next::fail : Next::resend; };
    switch (verdict) {
    case Verdict::answered:
        d.next = Next::settle;
        break;
    case Verdict::bad_answer:
        d.tries.bad_answers = more(before.bad_answers);
        if (single) {
            d.tries.bad_alone = more(before.bad_alone);
            fail_if(d.tries.bad_alone >= single_bad_answers);
            d.tries.pack_limit = 1;
        } else {
            // First among the rows that failed beside it, in smaller packs; the second time alone.
            d.tries.pack_limit = before.bad_answers == 0 ? half(pack_rows) : 1;
        }
        break;
    case Verdict::cut_off:
        if (!single) {
            split();
            break;
        }
        d.tries.pack_limit = 1;
        fail_if(before.raise_output || !policy.raise_output);
        d.tries.raise_output = true;
        break;
    case Verdict::filtered:
    case Verdict::permanent:
        if (single) {
            d.next = Next::fail;
        } else {
            split();
        }
        break;
    case Verdict::retryable:
        d.tries.failures = more(before.failures);
        fail_if(d.tries.failures >= policy.attempts);
        break;
    case Verdict::quota:
        break;  // the account is held; the row loses nothing
    case Verdict::never_ran:
        d.tries.never_ran = more(before.never_ran);
        fail_if(d.tries.never_ran >= most_never_ran);
        break;
    case Verdict::missing_line:
        d.tries.losses = more(before.losses);
        fail_if(d.tries.losses >= policy.attempts);
        break;
    }
    if (d.next != Next::resend) d.tries.queued = false;
    return d;
}

std::uint32_t lowered_pack_size(std::uint32_t size,
                                std::uint64_t packs,
                                std::uint64_t whole) noexcept {
    if (size <= 1 || packs < packs_that_tell || whole * 4 < packs) return 0;
    return half(size);
}

}  // namespace overnight::reconciler
