// Files and jobs as JSON.
#include "emulator/mistral/wire.hpp"

#include "emulator/json_text.hpp"
#include "emulator/openai/batch_members.hpp"

#include <map>

namespace overnight::emulator::mistral {

namespace {

using openai::put_file_id;
using openai::put_time;
using openai::shown;

// The same words are one error that is counted.
void put_errors(std::string& out, const std::vector<BatchError>& errors) {
    std::map<std::string_view, std::int64_t> counts;
    for (const BatchError& error : errors)
        ++counts[error.message];
    out += '[';
    for (const auto& [message, count] : counts) {
        if (out.back() != '[') out += ',';
        ObjectWriter(out).text("message", message).number("count", count).end();
    }
    out += ']';
}

void put_counts(ObjectWriter& object, const Batch& batch) {
    const Behaviour& lie = batch.behaviour;
    object.number("total_requests", shown(lie.show_total, batch.admitted ? batch.total : 0))
        .number("completed_requests", static_cast<std::int64_t>(batch.completed + batch.failed))
        .number("succeeded_requests", shown(lie.show_completed, batch.completed))
        .number("failed_requests", shown(lie.show_failed, batch.failed));
}

std::string_view sample_type(std::string_view purpose) {
    return purpose == "batch_output" ? "batch_result"
           : purpose == "batch"      ? "batch_request"
                                     : "instruct";
}

}  // namespace

std::string_view status_name(BatchStatus status) noexcept {
    switch (status) {
    case BatchStatus::validating:
        return "QUEUED";
    case BatchStatus::in_progress:
    case BatchStatus::finalizing:
        return "RUNNING";
    case BatchStatus::completed:
        return "SUCCESS";
    case BatchStatus::failed:
        return "FAILED";
    case BatchStatus::expired:
        return "TIMEOUT_EXCEEDED";
    case BatchStatus::cancelling:
        return "CANCELLATION_REQUESTED";
    case BatchStatus::cancelled:
        break;
    }
    return "CANCELLED";
}

void put_file(std::string& out, const FileObject& file) {
    const bool made_here = file.purpose == "batch_output";
    ObjectWriter(out)
        .text("id", file.id)
        .text("object", "file")
        .number("bytes", static_cast<std::int64_t>(file.bytes))
        .number("created_at", file.created_at)
        .text("filename", file.filename)
        .text("purpose", made_here ? "batch" : std::string_view(file.purpose))
        .text("sample_type", sample_type(file.purpose))
        .raw("num_lines", "null")
        .text_or_null("mimetype", file.mime_type)
        .text("source", made_here ? "mistral" : "upload")
        .raw("signature", "null")
        .number_or_null("expires_at", file.expires_at)
        .raw("deleted", "false")
        .end();
}

void put_job(std::string& out, const Batch& batch, core::TimePoint now, std::string_view outputs) {
    ObjectWriter object(out);
    object.text("id", batch.id)
        .text("object", "batch")
        .raw("input_files", batch.inputs.empty() ? std::string_view("[]") : batch.inputs)
        .raw("metadata", batch.metadata)
        .text("endpoint", batch.endpoint)
        .text_or_null("model", batch.model)
        .raw("agent_id", "null");
    put_file_id(object, "output_file", batch, batch.output_file_id, now);
    put_file_id(object, "error_file", batch, batch.error_file_id, now);
    put_errors(object.key("errors"), batch.errors);
    object.raw("outputs", outputs)
        .text("status", status_name(batch.status))
        .number("created_at", core::unix_seconds(batch.created + batch.behaviour.created_skew));
    put_counts(object, batch);
    put_time(object, "started_at", batch.in_progress_at);
    put_time(object, "completed_at", batch.ended_at);
    object.end();
}

}  // namespace overnight::emulator::mistral
