// Files, batches and lists as JSON.
#include "emulator/openai/wire.hpp"

#include "emulator/json_text.hpp"
#include "emulator/openai/batch_members.hpp"

namespace overnight::emulator::openai {

namespace {

void put_errors(std::string& out, const std::vector<BatchError>& errors) {
    out += R"({"object":"list","data":[)";
    for (std::size_t i = 0; i < errors.size(); ++i) {
        if (i > 0) out += ',';
        ObjectWriter(out)
            .text("code", errors[i].code)
            .text("message", errors[i].message)
            .text_or_null("param", errors[i].param)
            .number_or_null("line", errors[i].line)
            .end();
    }
    out += "]}";
}

void put_usage(std::string& out, const Batch& batch) {
    ObjectWriter(out)
        .number("input_tokens", static_cast<std::int64_t>(batch.input_tokens))
        .raw("input_tokens_details", R"({"cached_tokens":0})")
        .number("output_tokens", static_cast<std::int64_t>(batch.output_tokens))
        .raw("output_tokens_details", R"({"reasoning_tokens":0})")
        .number("total_tokens", static_cast<std::int64_t>(batch.input_tokens + batch.output_tokens))
        .end();
}

void put_id(std::string& out, std::string_view id) {
    if (id.empty()) {
        out += "null";
    } else {
        put_json(out, id);
    }
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
        .text("purpose", file.purpose)
        .text("status", "processed")
        .raw("status_details", "null")
        .end();
}

void put_batch(std::string& out, const Batch& batch, core::TimePoint now) {
    const BatchStatus status = batch.status;
    ObjectWriter object(out);
    object.text("id", batch.id).text("object", "batch").text("endpoint", batch.endpoint);
    if (!batch.model.empty() && batch.admitted) object.text("model", batch.model);
    if (status == BatchStatus::failed) {
        put_errors(object.key("errors"), batch.errors);
    } else {
        object.raw("errors", "null");
    }
    object.text("input_file_id", batch.input_file_id)
        .text("completion_window", "24h")
        .text("status", name(status));
    put_file_id(object, "output_file_id", batch, batch.output_file_id, now);
    put_file_id(object, "error_file_id", batch, batch.error_file_id, now);
    put_time(object, "created_at", batch.created + batch.behaviour.created_skew);
    put_time(object, "in_progress_at", batch.in_progress_at);
    put_time(object, "expires_at", batch.expires + batch.behaviour.created_skew);
    put_time(object, "finalizing_at", batch.finalizing_at);
    const auto ended = [&](BatchStatus wanted) {
        return status == wanted ? batch.ended_at : Batch::never;
    };
    put_time(object, "completed_at", ended(BatchStatus::completed));
    put_time(object, "failed_at", ended(BatchStatus::failed));
    put_time(object, "expired_at", ended(BatchStatus::expired));
    put_time(object, "cancelling_at", batch.cancelling_at);
    put_time(object, "cancelled_at", ended(BatchStatus::cancelled));
    const std::uint64_t total = batch.admitted ? batch.total : 0;
    ObjectWriter(object.key("request_counts"))
        .number("total", shown(batch.behaviour.show_total, total))
        .number("completed", shown(batch.behaviour.show_completed, batch.completed))
        .number("failed", shown(batch.behaviour.show_failed, batch.failed))
        .end();
    if (is_terminal(status) && status != BatchStatus::failed) {
        put_usage(object.key("usage"), batch);
    } else {
        object.raw("usage", "null");
    }
    object.raw("metadata", batch.metadata).end();
}

std::string list_json(const ListPage& page) {
    std::string out = R"({"object":"list","data":[)";
    for (std::size_t i = 0; i < page.items.size(); ++i) {
        if (i > 0) out += ',';
        out += page.items[i];
    }
    out += R"(],"first_id":)";
    put_id(out, page.first_id);
    out += R"(,"last_id":)";
    put_id(out, page.last_id);
    out += page.has_more ? R"(,"has_more":true})" : R"(,"has_more":false})";
    return out;
}

}  // namespace overnight::emulator::openai
