// Files and batches as JSON.
#include "emulator/together/wire.hpp"

#include "emulator/json_text.hpp"
#include "emulator/openai/batch_members.hpp"
#include "emulator/together/routes.hpp"

namespace overnight::emulator::together {

namespace {

using openai::put_file_id;

// In per cent, of the lines that have run.
double progress_of(const Batch& batch) {
    constexpr double whole = 100;
    if (const auto& said = batch.behaviour.show_completed) return static_cast<double>(*said);
    if (batch.total == 0) return 0;
    return whole * static_cast<double>(batch.completed + batch.failed) /
           static_cast<double>(batch.total);
}

}  // namespace

std::string_view status_name(BatchStatus status) noexcept {
    switch (status) {
    case BatchStatus::validating:
        return "VALIDATING";
    case BatchStatus::in_progress:
    case BatchStatus::finalizing:
        return "IN_PROGRESS";
    case BatchStatus::completed:
        return "COMPLETED";
    case BatchStatus::failed:
        return "FAILED";
    case BatchStatus::expired:
        return "EXPIRED";
    case BatchStatus::cancelling:
        return "CANCELING";
    case BatchStatus::cancelled:
        break;
    }
    return "CANCELLED";
}

void put_file(std::string& out, const FileObject& file) {
    ObjectWriter(out)
        .text("id", file.id)
        .text("object", "file")
        .number("created_at", file.created_at)
        .text("type", "jsonl")
        .text("purpose", file.purpose == "batch_output" ? batch_purpose : file.purpose)
        .text("filename", file.filename)
        .number("bytes", static_cast<std::int64_t>(file.bytes))
        .raw("Processed", "true")
        .end();
}

void put_batch(std::string& out,
               const Batch& batch,
               std::uint64_t input_bytes,
               core::TimePoint now) {
    const core::Duration skew = batch.behaviour.created_skew;
    ObjectWriter object(out);
    object.text("id", batch.id)
        .text("user_id", "user-emulated")
        .text("input_file_id", batch.input_file_id)
        .number("file_size_bytes", static_cast<std::int64_t>(input_bytes))
        .text("status", status_name(batch.status))
        .text("job_deadline", core::iso8601(batch.expires + skew))
        .text("created_at", core::iso8601(batch.created + skew))
        .text("endpoint", batch.endpoint);
    put_number(object.key("progress"), progress_of(batch));
    object.text_or_null("model_id", batch.admitted ? batch.model : std::string());
    put_file_id(object, "output_file_id", batch, batch.output_file_id, now);
    put_file_id(object, "error_file_id", batch, batch.error_file_id, now);
    object.text_or_null("error", batch.errors.empty() ? std::string() : batch.errors[0].message)
        .text_or_null("completed_at", batch.status == BatchStatus::completed
                                          ? core::iso8601(batch.ended_at)
                                          : std::string());
    object.end();
}

}  // namespace overnight::emulator::together
