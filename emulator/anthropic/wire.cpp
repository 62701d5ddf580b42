// The MessageBatch object.
#include "emulator/anthropic/wire.hpp"

#include "emulator/json_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace overnight::emulator::anthropic {

namespace {

void put_time(ObjectWriter& object, std::string_view key, core::TimePoint time) {
    if (time == Batch::never) {
        object.raw(key, "null");
    } else {
        object.text(key, timestamp(time));
    }
}

// Everything but "processing" stays 0 until the whole batch has ended.
void put_counts(std::string& out, const Batch& batch) {
    const Behaviour& lie = batch.behaviour;
    const bool ended = is_terminal(batch.status);
    const std::uint64_t told = batch.completed + batch.failed + batch.overloaded;
    const std::uint64_t unrun = batch.total - std::min(batch.total, told);
    // A batch that the emulator could not run failed as a whole: the counts still sum to the total.
    const std::uint64_t lost = batch.status == BatchStatus::failed ? unrun : 0;
    const std::uint64_t errored = batch.failed + batch.overloaded + lost;
    const auto count = [&](bool counts, std::uint64_t n) {
        return ended && counts ? static_cast<std::int64_t>(n) : 0;
    };
    const std::int64_t processing = ended ? 0 : static_cast<std::int64_t>(batch.total);
    ObjectWriter(out)
        .number("processing", lie.show_total.value_or(processing))
        .number("succeeded", lie.show_completed.value_or(count(true, batch.completed)))
        .number("errored", lie.show_failed.value_or(count(true, errored)))
        .number("canceled", count(batch.status == BatchStatus::cancelled, unrun))
        .number("expired", count(batch.status == BatchStatus::expired, unrun))
        .end();
}

void put_results_url(ObjectWriter& object, const Batch& batch, std::string_view base) {
    if (is_terminal(batch.status)) {
        object.text("results_url",
                    std::string(base) + "/v1/messages/batches/" + batch.id + "/results");
    } else if (batch.behaviour.absent_id == Behaviour::AbsentId::empty) {
        object.text("results_url", "");
    } else if (batch.behaviour.absent_id == Behaviour::AbsentId::null) {
        object.raw("results_url", "null");
    }
}

}  // namespace

std::string_view status_name(BatchStatus status) noexcept {
    if (is_terminal(status)) return "ended";
    return status == BatchStatus::cancelling ? "canceling" : "in_progress";
}

std::string timestamp(core::TimePoint time) {
    const std::int64_t milliseconds = time.time_since_epoch().count();
    const auto seconds = static_cast<std::time_t>(milliseconds / 1'000);
    std::tm t{};
    gmtime_r(&seconds, &t);
    std::array<char, 96> text{};
    const int n =
        std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03d000+00:00",
                      t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec,
                      static_cast<int>(milliseconds % 1'000));
    return {text.data(), static_cast<std::size_t>(n)};
}

void put_batch(std::string& out, const Batch& batch, core::TimePoint now, std::string_view base) {
    const core::Duration skew = batch.behaviour.created_skew;
    const bool archived = batch.results_gone != Batch::never && now >= batch.results_gone;
    ObjectWriter object(out);
    object.text("id", batch.id)
        .text("type", "message_batch")
        .text("processing_status", status_name(batch.status));
    put_counts(object.key("request_counts"), batch);
    put_time(object, "created_at", batch.created + skew);
    put_time(object, "expires_at", batch.expires + skew);
    put_time(object, "ended_at", batch.ended_at);
    put_time(object, "cancel_initiated_at", batch.cancelling_at);
    put_time(object, "archived_at", archived ? batch.results_gone : Batch::never);
    put_results_url(object, batch, base);
    object.end();
}

std::string base_of(const Call& call) {
    return "http://" + std::string(call.header("Host").value_or("127.0.0.1")) + call.root;
}

Reply batch_reply(World& world, const Call& call, const Batch& batch) {
    std::string body;
    put_batch(body, batch, world.clock.now(), base_of(call));
    return json_reply(std::move(body));
}

}  // namespace overnight::emulator::anthropic
