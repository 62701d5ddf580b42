// Batch rules become a Behaviour.
#include "emulator/behaviour.hpp"

#include <algorithm>

namespace overnight::emulator {

namespace {

core::Duration seconds_in(const Rule& rule, std::string_view parameter, double fallback) {
    return core::Duration{static_cast<std::int64_t>(rule.number(parameter, fallback) * 1'000)};
}

LineChoice lines_in(const Rule& rule, double fallback) {
    LineChoice choice;
    const auto* const value = rule.value("lines");
    if (value != nullptr && value->is_array()) {
        for (const auto& one : value->get_array()) {
            if (one.is_int64() && one.get_int64() > 0)
                choice.numbers.push_back(static_cast<std::uint64_t>(one.get_int64()));
        }
    } else {
        choice.part = rule.number("lines", fallback);
    }
    return choice;
}

void set_times(Behaviour& behaviour, core::Duration run_time) {
    constexpr core::Duration longest{1'000};
    behaviour.run_time = run_time;
    behaviour.validating_time = behaviour.finalizing_time = std::min(longest, run_time / 2);
    behaviour.cancel_time = behaviour.finalizing_time;
}

void stop_early(const Rule& rule, Behaviour::End end, Behaviour& behaviour) {
    behaviour.end = end;
    behaviour.done = std::clamp(rule.number("done", 0.5), 0.0, 1.0);
    behaviour.done_given = rule.has("done");
    behaviour.overloaded = rule.number("overloaded", 0);
    if (rule.has("seconds")) behaviour.run_time = seconds_in(rule, "seconds", 0);
}

std::optional<std::int64_t> shown(const Rule& rule, std::string_view parameter) {
    if (!rule.has(parameter)) return std::nullopt;
    return rule.integer(parameter, 0);
}

void apply_to_end(const Rule& rule, Behaviour& behaviour) {
    switch (rule.fault()) {
    case Fault::validate_fail: {
        const std::string_view code = rule.text("code", "invalid_request");
        behaviour.fails = BatchError{std::string(code), std::string(rule.text("message", "")),
                                     std::string(rule.text("param", "")), rule.integer("line", 0)};
        behaviour.fails_by = &rule;
        behaviour.fails_for_model = rule.text("model", "");
        return;
    }
    case Fault::expire:
        stop_early(rule, Behaviour::End::expire, behaviour);
        return;
    case Fault::self_cancel:
        stop_early(rule, Behaviour::End::cancel, behaviour);
        return;
    case Fault::stuck:
        behaviour.stuck_state = rule.text("state", "in_progress");
        if (rule.has("seconds")) behaviour.stuck_for = seconds_in(rule, "seconds", 0);
        if (rule.has("done")) behaviour.done = std::clamp(rule.number("done", 1), 0.0, 1.0);
        return;
    case Fault::cancel_slow:
        behaviour.cancel_time = seconds_in(rule, "seconds", 600);
        behaviour.cancel_slow = true;
        return;
    case Fault::cancel_completes:
        behaviour.cancel_completes = true;
        return;
    case Fault::partial_results:
        behaviour.partial_results = true;
        return;
    case Fault::batch_time:
        set_times(behaviour, seconds_in(rule, "seconds", 3'600));
        return;
    case Fault::skew_created:
        behaviour.created_skew = seconds_in(rule, "seconds", -600);
        return;
    default:
        return;
    }
}

void apply_to_results(const Rule& rule, Behaviour& behaviour) {
    switch (rule.fault()) {
    case Fault::all_failed:
        behaviour.all_failed = &rule;
        return;
    case Fault::empty_ids:
        behaviour.absent_id = rule.text("as", "empty") == "missing" ? Behaviour::AbsentId::missing
                                                                    : Behaviour::AbsentId::empty;
        return;
    case Fault::files_late:
        behaviour.files_late = seconds_in(rule, "seconds", 60);
        return;
    case Fault::shuffle:
        behaviour.shuffle = true;
        return;
    case Fault::duplicate_lines: {
        const std::string_view body = rule.text("body", "same");
        behaviour.duplicates = lines_in(rule, 0.1);
        behaviour.duplicate = body == "different" ? Behaviour::Duplicate::different
                              : body == "failed"  ? Behaviour::Duplicate::failed
                                                  : Behaviour::Duplicate::same;
        return;
    }
    case Fault::unknown_lines:
        behaviour.unknown_lines = static_cast<std::uint64_t>(
            std::clamp<std::int64_t>(rule.integer("count", 1), 0, 100'000));
        return;
    case Fault::drop_lines:
        behaviour.dropped = lines_in(rule, 0.1);
        behaviour.dropped_billed = rule.flag("billed", true);
        return;
    case Fault::corrupt_line:
        behaviour.corrupt = lines_in(rule, 0.1);
        return;
    case Fault::swap_keys:
        behaviour.swapped = lines_in(rule, 0.1);
        return;
    case Fault::state_prefix:
        behaviour.state_prefix = rule.text("prefix", "JOB_STATE_");
        return;
    case Fault::error_shape:
        behaviour.error_as_status = rule.text("member", "status") == "status";
        behaviour.http_codes = rule.text("code", "rpc") == "http";
        return;
    case Fault::wrong_counts:
        behaviour.show_total = shown(rule, "total");
        behaviour.show_completed = shown(rule, "completed");
        behaviour.show_failed = shown(rule, "failed");
        return;
    case Fault::drop_metadata:
        behaviour.drop_metadata = true;
        return;
    default:
        return;
    }
}

}  // namespace

bool LineChoice::takes(std::uint64_t line, std::string_view custom_id) const noexcept {
    if (std::find(numbers.begin(), numbers.end(), line) != numbers.end()) return true;
    return part > 0 && selected(hash_text(custom_id), part);
}

Behaviour behaviour_of(std::shared_ptr<const FaultScript> script,
                       const BatchTarget& batch,
                       core::Duration batch_time) {
    Behaviour behaviour;
    set_times(behaviour, batch_time);
    for (const Rule* const rule : script->match_batch(batch)) {
        apply_to_end(*rule, behaviour);
        apply_to_results(*rule, behaviour);
    }
    behaviour.script = std::move(script);
    return behaviour;
}

}  // namespace overnight::emulator
