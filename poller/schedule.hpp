// When to look, and what a look changes. Pure.
#pragma once

#include "core/clock.hpp"
#include "model/attempt.hpp"
#include "providers/api.hpp"

#include <chrono>
#include <cstdint>

namespace overnight::poller {

/// Time from one sweep to the next: `poll` while the youngest batch is young, a twentieth of its
/// age later, at most twenty polls; up to a tenth longer by `random01`, so that many machines do
/// not ask at once.
core::Duration sweep_interval(core::Duration youngest,
                              std::chrono::milliseconds poll,
                              double random01);

/// The batch was made of this attempt: by its input file or its tag.
bool belongs(const model::Attempt& attempt, const providers::BatchView& view);

/// What the provider's word for a batch changes in its attempt. Only the words that are ends make
/// it terminal; an unknown word, or one that goes backwards, changes no state. Where counts that do
/// not add up stand in the way of such a word, it is held three days after its create (FAULTS 98),
/// with the status that it is taken to have when a person releases it: its results are fetched
/// then, and only what has none is sent again.
model::Attempt apply(const model::Attempt& attempt,
                     const providers::BatchView& view,
                     core::TimePoint now);

/// The batch's results are all there ever will be: its provider says that it has ended, or said so
/// once, or a person released it from apply()'s hold.
bool is_over(const model::Attempt& attempt, const providers::BatchView& view);

/// What a reply to a cancel says of it: it was taken, or the batch had ended already. Else it is
/// sent again.
bool cancel_arrived(providers::ReplyClass reply);

/// The batch was not found (404, and not in a complete list). Never an end by itself: after a day
/// it is held.
model::Attempt apply_missing(const model::Attempt& attempt, core::TimePoint now);

/// How often the result files of an ended batch are fetched again when lines are missing in them.
enum class Fetch { done, again };
Fetch after_fetch(const model::Attempt& attempt, std::uint64_t lines);
/// When to fetch again, counted from now.
core::Duration fetch_wait(const model::Attempt& attempt, std::chrono::milliseconds poll);

}  // namespace overnight::poller
