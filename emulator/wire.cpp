// Files, batches and lists as JSON.
#include "emulator/wire.hpp"

#include "emulator/json_text.hpp"

namespace overnight::emulator {

namespace {

void put_time(ObjectWriter& object, std::string_view key, core::TimePoint time) {
    object.number_or_null(key, time == Batch::never ? 0 : core::unix_seconds(time));
}

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

void put_file_id(ObjectWriter& object,
                 std::string_view key,
                 const Batch& batch,
                 std::string_view id,
                 core::TimePoint now) {
    const bool visible =
        is_terminal(batch.status) && now >= batch.ended_at + batch.behaviour.files_late;
    if (visible && !id.empty()) {
        object.text(key, id);
    } else if (batch.behaviour.absent_id == Behaviour::AbsentId::empty && visible) {
        object.text(key, "");
    } else if (batch.behaviour.absent_id != Behaviour::AbsentId::missing) {
        object.raw(key, "null");
    }
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

std::int64_t shown(const std::optional<std::int64_t>& lie, std::uint64_t truth) {
    return lie.value_or(static_cast<std::int64_t>(truth));
}

std::string text_in(const boost::json::object& record, const char* key) {
    const auto* const value = record.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

std::int64_t number_in(const boost::json::object& record, const char* key) {
    const auto* const value = record.if_contains(key);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

core::TimePoint time_in(const boost::json::object& record, const char* key) {
    return core::TimePoint{core::Duration{number_in(record, key)}};
}

std::int64_t milliseconds(core::TimePoint time) {
    return time.time_since_epoch().count();
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

std::string batch_record(const Batch& batch) {
    std::string out;
    ObjectWriter object(out);
    object.text("id", batch.id)
        .number("ordinal", static_cast<std::int64_t>(batch.ordinal))
        .text("key", batch.key)
        .text("endpoint", batch.endpoint)
        .text("input_file_id", batch.input_file_id)
        .text("metadata", batch.metadata)
        .text("model", batch.model)
        .number("output_lifetime", batch.output_lifetime)
        .text("status", name(batch.status))
        .number("created", milliseconds(batch.created))
        .number("expires", milliseconds(batch.expires))
        .number("in_progress_at", milliseconds(batch.in_progress_at))
        .number("finalizing_at", milliseconds(batch.finalizing_at))
        .number("cancelling_at", milliseconds(batch.cancelling_at))
        .number("ended_at", milliseconds(batch.ended_at))
        .number("total", static_cast<std::int64_t>(batch.total))
        .number("completed", static_cast<std::int64_t>(batch.completed))
        .number("failed", static_cast<std::int64_t>(batch.failed))
        .number("input_tokens", static_cast<std::int64_t>(batch.input_tokens))
        .number("output_tokens", static_cast<std::int64_t>(batch.output_tokens))
        .text("output_file_id", batch.output_file_id)
        .text("error_file_id", batch.error_file_id);
    put_errors(object.key("errors"), batch.errors);
    object.end();
    return out;
}

bool restore_batch(const boost::json::value& value, Batch& batch) {
    const auto* const record = value.if_object();
    if (record == nullptr) return false;
    batch.id = text_in(*record, "id");
    batch.ordinal = static_cast<std::uint64_t>(number_in(*record, "ordinal"));
    batch.key = text_in(*record, "key");
    batch.endpoint = text_in(*record, "endpoint");
    batch.input_file_id = text_in(*record, "input_file_id");
    batch.metadata = text_in(*record, "metadata");
    batch.output_lifetime = number_in(*record, "output_lifetime");
    batch.created = time_in(*record, "created");
    batch.expires = time_in(*record, "expires");
    const auto status = batch_status_of(text_in(*record, "status"));
    if (batch.id.empty() || batch.metadata.empty() || !status) return false;
    if (!is_terminal(*status)) return true;
    batch.status = *status;
    batch.model = text_in(*record, "model");
    batch.in_progress_at = time_in(*record, "in_progress_at");
    batch.finalizing_at = time_in(*record, "finalizing_at");
    batch.cancelling_at = time_in(*record, "cancelling_at");
    batch.ended_at = time_in(*record, "ended_at");
    batch.total = static_cast<std::uint64_t>(number_in(*record, "total"));
    batch.completed = static_cast<std::uint64_t>(number_in(*record, "completed"));
    batch.failed = static_cast<std::uint64_t>(number_in(*record, "failed"));
    batch.input_tokens = static_cast<std::uint64_t>(number_in(*record, "input_tokens"));
    batch.output_tokens = static_cast<std::uint64_t>(number_in(*record, "output_tokens"));
    batch.output_file_id = text_in(*record, "output_file_id");
    batch.error_file_id = text_in(*record, "error_file_id");
    batch.admitted = *status != BatchStatus::failed;
    batch.validated = batch.published = true;
    const auto* const errors = record->if_contains("errors");
    const auto* const data = errors != nullptr && errors->is_object()
                                 ? errors->get_object().if_contains("data")
                                 : nullptr;
    if (data == nullptr || !data->is_array()) return true;
    for (const auto& one : data->get_array()) {
        if (!one.is_object()) continue;
        const auto& error = one.get_object();
        batch.errors.push_back({text_in(error, "code"), text_in(error, "message"),
                                text_in(error, "param"), number_in(error, "line")});
    }
    return true;
}

}  // namespace overnight::emulator
