// The life of a batch.
#include "emulator/batch.hpp"

#include <algorithm>
#include <array>

namespace overnight::emulator {

namespace {

struct StatusName {
    BatchStatus status;
    std::string_view name;
};
constexpr std::array status_names{
    StatusName{BatchStatus::validating, "validating"},
    StatusName{BatchStatus::in_progress, "in_progress"},
    StatusName{BatchStatus::finalizing, "finalizing"},
    StatusName{BatchStatus::completed, "completed"},
    StatusName{BatchStatus::failed, "failed"},
    StatusName{BatchStatus::expired, "expired"},
    StatusName{BatchStatus::cancelling, "cancelling"},
    StatusName{BatchStatus::cancelled, "cancelled"},
};

// How many equal steps of time the lines of a batch are run in, so that its counts grow.
constexpr std::int64_t progress_steps = 20;

std::uint64_t goal_of(const Batch& batch) {
    return std::min(batch.total, static_cast<std::uint64_t>(static_cast<double>(batch.total) *
                                                            batch.behaviour.done));
}

std::uint64_t target_of(const Batch& batch, core::TimePoint now) {
    const std::uint64_t goal = goal_of(batch);
    const std::int64_t run = batch.behaviour.run_time.count();
    const std::int64_t spent = (now - batch.in_progress_at).count();
    if (run <= 0 || spent >= run) return goal;
    const auto step =
        static_cast<std::uint64_t>(std::max<std::int64_t>(spent, 0) * progress_steps / run);
    return std::min(goal, batch.total * step / progress_steps);
}

core::TimePoint phase_start(const Batch& batch) {
    switch (batch.status) {
    case BatchStatus::in_progress:
        return batch.in_progress_at;
    case BatchStatus::finalizing:
        return batch.finalizing_at;
    case BatchStatus::cancelling:
        return batch.cancelling_at;
    default:
        return batch.created;
    }
}

core::Duration phase_time(const Batch& batch) {
    switch (batch.status) {
    case BatchStatus::validating:
        return batch.behaviour.validating_time;
    case BatchStatus::in_progress:
        return batch.behaviour.run_time;
    case BatchStatus::finalizing:
        return batch.behaviour.finalizing_time;
    case BatchStatus::cancelling:
        return batch.behaviour.cancel_time;
    default:
        return core::Duration{0};
    }
}

bool phase_over(const Batch& batch, core::TimePoint now) {
    if (now < phase_start(batch) + phase_time(batch)) return false;
    if (batch.behaviour.stuck_state != name(batch.status)) return true;
    return batch.behaviour.stuck_for && now >= phase_start(batch) + *batch.behaviour.stuck_for;
}

void enter(Batch& batch,
           BatchStatus status,
           core::TimePoint now,
           std::vector<BatchStatus>& entered) {
    batch.status = status;
    if (status == BatchStatus::in_progress) batch.in_progress_at = now;
    if (status == BatchStatus::finalizing) batch.finalizing_at = now;
    if (status == BatchStatus::cancelling) batch.cancelling_at = now;
    if (is_terminal(status)) batch.ended_at = now;
    entered.push_back(status);
}

// What takes longer than the window never finishes; what is stuck stays so for as long as its rule
// says.
bool runs_out(const Batch& batch) {
    const Behaviour& behaviour = batch.behaviour;
    return behaviour.end == Behaviour::End::complete && batch.expires > batch.created &&
           behaviour.stuck_state != name(BatchStatus::in_progress) &&
           batch.in_progress_at + behaviour.run_time > batch.expires;
}

// One state's part of advance(): true when the state changed and the next one should be looked at.
bool advance_validating(Batch& batch,
                        core::TimePoint now,
                        const Admit& admit,
                        Step& step,
                        std::vector<BatchStatus>& entered) {
    if (!batch.validated) {
        step.kind = Step::Kind::validate;
        return false;
    }
    if (batch.open && batch.total == 0) return false;
    if (!phase_over(batch, now)) return false;
    if (batch.errors.empty()) {
        if (auto refusal = admit(batch)) batch.errors.push_back(std::move(*refusal));
    }
    if (!batch.errors.empty()) {
        batch.total = 0;  // a batch that never ran shows no counts
        enter(batch, BatchStatus::failed, now, entered);
        return false;
    }
    batch.admitted = true;
    enter(batch, BatchStatus::in_progress, now, entered);
    return true;
}

bool advance_in_progress(Batch& batch,
                         core::TimePoint now,
                         Step& step,
                         std::vector<BatchStatus>& entered) {
    const bool out = runs_out(batch);
    const std::uint64_t target = target_of(batch, out ? std::min(now, batch.expires) : now);
    if (batch.executed < target) {
        step = {Step::Kind::execute, target};
        return false;
    }
    if (out ? now < batch.expires : batch.executed < goal_of(batch) || !phase_over(batch, now))
        return false;
    switch (out ? Behaviour::End::expire : batch.behaviour.end) {
    case Behaviour::End::complete:
        enter(batch, BatchStatus::finalizing, now, entered);
        return true;
    case Behaviour::End::cancel:
        enter(batch, BatchStatus::cancelling, now, entered);
        return true;
    case Behaviour::End::expire:
        if (batch.published) {
            enter(batch, BatchStatus::expired, now, entered);
        } else {
            step.kind = Step::Kind::publish;
        }
        return false;
    }
    return false;
}

void advance_ending(Batch& batch,
                    core::TimePoint now,
                    Step& step,
                    std::vector<BatchStatus>& entered) {
    const bool completes = batch.status == BatchStatus::finalizing ||
                           (batch.behaviour.cancel_completes && batch.admitted);
    if (completes && batch.executed < batch.total) {
        step = {Step::Kind::execute, batch.total};
    } else if (!batch.published) {
        step.kind = Step::Kind::publish;
    } else if (phase_over(batch, now)) {
        enter(batch, completes ? BatchStatus::completed : BatchStatus::cancelled, now, entered);
    }
}

}  // namespace

std::string_view name(BatchStatus status) noexcept {
    for (const StatusName& one : status_names) {
        if (one.status == status) return one.name;
    }
    return "unknown";
}

std::optional<BatchStatus> batch_status_of(std::string_view text) noexcept {
    for (const StatusName& one : status_names) {
        if (one.name == text) return one.status;
    }
    return std::nullopt;
}

bool is_terminal(BatchStatus status) noexcept {
    return status == BatchStatus::completed || status == BatchStatus::failed ||
           status == BatchStatus::expired || status == BatchStatus::cancelled;
}

Step advance(Batch& batch,
             core::TimePoint now,
             const Admit& admit,
             std::vector<BatchStatus>& entered) {
    Step step;
    if (batch.busy) return step;
    bool again = true;
    while (again) {
        again = false;
        switch (batch.status) {
        case BatchStatus::validating:
            again = advance_validating(batch, now, admit, step, entered);
            break;
        case BatchStatus::in_progress:
            again = advance_in_progress(batch, now, step, entered);
            break;
        case BatchStatus::finalizing:
        case BatchStatus::cancelling:
            advance_ending(batch, now, step, entered);
            break;
        default:
            break;
        }
    }
    return step;
}

core::TimePoint next_due(const Batch& batch, core::TimePoint now) {
    const core::TimePoint start = phase_start(batch);
    core::TimePoint due = start + phase_time(batch);
    if (batch.status == BatchStatus::in_progress && batch.behaviour.run_time.count() > 0 &&
        now < due) {
        const std::int64_t run = batch.behaviour.run_time.count();
        const std::int64_t step = (now - start).count() * progress_steps / run + 1;
        due = std::min(due,
                       start + core::Duration{(step * run + progress_steps - 1) / progress_steps});
    }
    if (batch.status == BatchStatus::in_progress && runs_out(batch) && now < batch.expires)
        due = std::min(due, batch.expires);
    if (due <= now && batch.behaviour.stuck_for) due = start + *batch.behaviour.stuck_for;
    constexpr std::chrono::hours idle{24};
    return due > now ? due : now + idle;
}

CancelOutcome cancel(Batch& batch, core::TimePoint now) {
    switch (batch.status) {
    case BatchStatus::validating:
    case BatchStatus::in_progress:
        break;
    case BatchStatus::finalizing:
        batch.behaviour.cancel_completes = true;  // everything has run: the cancel comes too late
        break;
    case BatchStatus::cancelling:
    case BatchStatus::cancelled:
        return CancelOutcome::already_cancelled;
    default:
        return CancelOutcome::refused;
    }
    batch.status = BatchStatus::cancelling;
    batch.cancelling_at = now;
    return CancelOutcome::accepted;
}

}  // namespace overnight::emulator
