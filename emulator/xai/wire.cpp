// Files and batches as JSON.
#include "emulator/xai/wire.hpp"

#include "emulator/json_text.hpp"
#include "emulator/openai/batch_members.hpp"

#include <algorithm>

namespace overnight::emulator::xai {

namespace {

using openai::shown;

// A tick is 1e-10 USD: these are 0.10 and 0.25 dollars a million tokens.
constexpr std::uint64_t ticks_per_input_token = 1'000;
constexpr std::uint64_t ticks_per_output_token = 2'500;

struct Counts {
    std::uint64_t requests = 0;
    std::uint64_t pending = 0;
    std::uint64_t success = 0;
    std::uint64_t error = 0;
    std::uint64_t cancelled = 0;
};

Counts counts_of(const Batch& batch) {
    Counts counts;
    if (!batch.admitted) return counts;
    counts.requests = batch.total;
    counts.success = batch.completed;
    counts.error = batch.failed + batch.overloaded;
    const std::uint64_t told = std::min(batch.total, counts.success + counts.error);
    if (is_terminal(batch.status)) {
        counts.cancelled = batch.total - told;
        return counts;
    }
    counts.pending = batch.total - told;
    // Nothing is pending: that is how the end is told, and not before there are results.
    if (counts.pending == 0 && batch.total > 0) {
        ++counts.pending;
        --(counts.success > 0 ? counts.success : counts.error);
    }
    return counts;
}

void put_state(std::string& out, const Batch& batch) {
    const Counts counts = counts_of(batch);
    const Behaviour& lie = batch.behaviour;
    ObjectWriter(out)
        .number("num_requests", shown(lie.show_total, counts.requests))
        .number("num_pending", static_cast<std::int64_t>(counts.pending))
        .number("num_success", shown(lie.show_completed, counts.success))
        .number("num_error", shown(lie.show_failed, counts.error))
        .number("num_cancelled", static_cast<std::int64_t>(counts.cancelled))
        .end();
}

// A file that is refused is a batch that xAI cancelled, with nothing in it.
std::string message_of(const Batch& batch) {
    if (batch.status != BatchStatus::failed || batch.errors.empty()) return {};
    return "JSONL file validation failed: " + batch.errors[0].message;
}

core::TimePoint cancel_time(const Batch& batch) {
    return batch.status == BatchStatus::failed ? batch.ended_at : batch.cancelling_at;
}

}  // namespace

void put_file(std::string& out, const FileObject& file) {
    ObjectWriter(out)
        .text("id", file.id)
        .text("object", "file")
        .number("bytes", static_cast<std::int64_t>(file.bytes))
        .number("created_at", file.created_at)
        .number_or_null("expires_at", file.expires_at)
        .text("filename", file.filename)
        .text("purpose", "")
        .end();
}

void put_batch(std::string& out, const Batch& batch) {
    const core::Duration skew = batch.behaviour.created_skew;
    const core::TimePoint cancelled = cancel_time(batch);
    ObjectWriter object(out);
    object.text("batch_id", batch.id)
        .text("name", batch.tag)
        .text("create_time", core::iso8601(batch.created + skew))
        .text("expire_time", core::iso8601(batch.expires + skew))
        .text("create_api_key_id", batch.key)
        .text_or_null("cancel_time",
                      cancelled == Batch::never ? std::string() : core::iso8601(cancelled))
        .text_or_null("cancel_by_xai_message", message_of(batch));
    put_state(object.key("state"), batch);
    const std::uint64_t ticks =
        batch.input_tokens * ticks_per_input_token + batch.output_tokens * ticks_per_output_token;
    ObjectWriter(object.key("cost_breakdown"))
        .number("total_cost_usd_ticks", static_cast<std::int64_t>(ticks))
        .end();
    if (!batch.open) object.text("input_file_id", batch.input_file_id);
    object.end();
}

}  // namespace overnight::emulator::xai
