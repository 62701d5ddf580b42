// What a state directory keeps of a batch.
#include "emulator/batch_record.hpp"

#include "emulator/json_text.hpp"

namespace overnight::emulator {

namespace {

void put_errors(std::string& out, const std::vector<BatchError>& errors) {
    out += '[';
    for (const BatchError& error : errors) {
        if (out.back() != '[') out += ',';
        ObjectWriter(out)
            .text("code", error.code)
            .text("message", error.message)
            .text("param", error.param)
            .number("line", error.line)
            .end();
    }
    out += ']';
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

std::string batch_record(const Batch& batch) {
    std::string out;
    ObjectWriter object(out);
    object.text("id", batch.id)
        .text("provider", name(batch.provider))
        .number("ordinal", static_cast<std::int64_t>(batch.ordinal))
        .text("key", batch.key)
        .text("endpoint", batch.endpoint)
        .text("input_file_id", batch.input_file_id)
        .text("inputs", batch.inputs)
        .number("own_input", batch.own_input ? 1 : 0)
        .number("open", batch.open ? 1 : 0)
        .text("metadata", batch.metadata)
        .text("tag", batch.tag)
        .text("version", batch.version)
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
        .number("overloaded", static_cast<std::int64_t>(batch.overloaded))
        .number("enqueued_tokens", static_cast<std::int64_t>(batch.enqueued_tokens))
        .number("input_tokens", static_cast<std::int64_t>(batch.input_tokens))
        .number("output_tokens", static_cast<std::int64_t>(batch.output_tokens))
        .text("output_file_id", batch.output_file_id)
        .text("error_file_id", batch.error_file_id)
        .number("results_gone", milliseconds(batch.results_gone));
    put_errors(object.key("errors"), batch.errors);
    object.end();
    return out;
}

bool restore_batch(const boost::json::value& value, Batch& batch) {
    const auto* const record = value.if_object();
    if (record == nullptr) return false;
    batch.id = text_in(*record, "id");
    batch.provider = provider_of(text_in(*record, "provider")).value_or(Provider::openai);
    batch.ordinal = static_cast<std::uint64_t>(number_in(*record, "ordinal"));
    batch.key = text_in(*record, "key");
    batch.endpoint = text_in(*record, "endpoint");
    batch.input_file_id = text_in(*record, "input_file_id");
    batch.inputs = text_in(*record, "inputs");
    batch.own_input = number_in(*record, "own_input") != 0;
    batch.open = number_in(*record, "open") != 0;
    batch.metadata = text_in(*record, "metadata");
    batch.tag = text_in(*record, "tag");
    batch.version = text_in(*record, "version");
    batch.model = text_in(*record, "model");
    batch.output_lifetime = number_in(*record, "output_lifetime");
    batch.created = time_in(*record, "created");
    batch.expires = time_in(*record, "expires");
    const auto status = batch_status_of(text_in(*record, "status"));
    if (batch.id.empty() || batch.metadata.empty() || !status) return false;
    batch.total = static_cast<std::uint64_t>(number_in(*record, "total"));
    batch.enqueued_tokens = static_cast<std::uint64_t>(number_in(*record, "enqueued_tokens"));
    const bool cancelling = *status == BatchStatus::cancelling;
    if (!is_terminal(*status) && !cancelling) return true;
    batch.status = *status;
    batch.in_progress_at = time_in(*record, "in_progress_at");
    batch.finalizing_at = time_in(*record, "finalizing_at");
    batch.cancelling_at = time_in(*record, "cancelling_at");
    if (cancelling) {
        batch.validated = batch.total > 0;
        batch.admitted = batch.in_progress_at != Batch::never;
        return true;
    }
    batch.ended_at = time_in(*record, "ended_at");
    batch.completed = static_cast<std::uint64_t>(number_in(*record, "completed"));
    batch.failed = static_cast<std::uint64_t>(number_in(*record, "failed"));
    batch.overloaded = static_cast<std::uint64_t>(number_in(*record, "overloaded"));
    batch.input_tokens = static_cast<std::uint64_t>(number_in(*record, "input_tokens"));
    batch.output_tokens = static_cast<std::uint64_t>(number_in(*record, "output_tokens"));
    batch.output_file_id = text_in(*record, "output_file_id");
    batch.error_file_id = text_in(*record, "error_file_id");
    batch.results_gone = time_in(*record, "results_gone");
    batch.admitted = *status != BatchStatus::failed;
    batch.validated = batch.published = true;
    const auto* const errors = record->if_contains("errors");
    if (errors == nullptr || !errors->is_array()) return true;
    for (const auto& one : errors->get_array()) {
        if (!one.is_object()) continue;
        const auto& error = one.get_object();
        batch.errors.push_back({text_in(error, "code"), text_in(error, "message"),
                                text_in(error, "param"), number_in(error, "line")});
    }
    return true;
}

}  // namespace overnight::emulator
