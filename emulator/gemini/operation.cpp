// Operations as JSON.
#include "emulator/gemini/operation.hpp"

#include "emulator/endpoint.hpp"
#include "emulator/gemini/errors.hpp"
#include "emulator/gemini/times.hpp"
#include "emulator/json_text.hpp"

namespace overnight::emulator::gemini {

namespace {

// The live service names its own version here, not the one that the documentation does.
constexpr std::string_view type_prefix = "type.googleapis.com/google.ai.generativelanguage.v1main.";

// A batch that small shows all of its requests as pending until it has ended.
constexpr std::uint64_t coarse_below = 1'000;

std::string type_of(const Batch& batch, std::string_view suffix) {
    const bool embeds = batch.endpoint == path_of(Endpoint::embed_content);
    return std::string(type_prefix) + (embeds ? "EmbedContentBatch" : "GenerateContentBatch") +
           std::string(suffix);
}

// Proto JSON leaves out what is zero.
void put_count(ObjectWriter& object, std::string_view key, std::int64_t count) {
    if (count != 0) object.text(key, std::to_string(count));
}

void put_stats(std::string& out, const Batch& batch) {
    const bool coarse = !has_ended(batch) && batch.executed < coarse_below;
    const auto count = [](std::uint64_t n) { return static_cast<std::int64_t>(n); };
    const std::int64_t total = batch.behaviour.show_total.value_or(count(batch.total));
    const std::int64_t completed =
        batch.behaviour.show_completed.value_or(coarse ? 0 : count(batch.completed));
    const std::int64_t failed =
        batch.behaviour.show_failed.value_or(coarse ? 0 : count(batch.failed));
    ObjectWriter stats(out);
    put_count(stats, "requestCount", total);
    put_count(stats, "successfulRequestCount", completed);
    put_count(stats, "failedRequestCount", failed);
    if (!has_ended(batch)) put_count(stats, "pendingRequestCount", total - completed - failed);
    stats.end();
}

// The members that `response` and `metadata.output` have in common.
void put_output(ObjectWriter& output, const Batch& batch, const OperationView& view) {
    if (!results_visible(batch, view.now)) return;
    if (!batch.own_input) {
        if (!batch.output_file_id.empty()) {
            output.text("responsesFile", batch.output_file_id);
        } else if (batch.behaviour.absent_id == Behaviour::AbsentId::empty) {
            output.text("responsesFile", "");
        }
    } else if (view.show_inlined) {
        // Twice nested, as the service has it.
        ObjectWriter nested(output.key("inlinedResponses"));
        nested.key("inlinedResponses").append("[").append(view.inlined_responses).append("]");
        nested.end();
    }
}

std::string state_text(const Batch& batch, const OperationView& view) {
    if (view.state.empty()) return batch.behaviour.state_prefix + std::string(state_name(batch));
    if (view.state.find("STATE_") != std::string_view::npos) return std::string(view.state);
    std::string text = batch.behaviour.state_prefix;
    for (const char c : view.state)
        text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return text;
}

void put_metadata(std::string& out, const Batch& batch, const OperationView& view) {
    ObjectWriter metadata(out);
    metadata.text("@type", type_of(batch, "")).text("model", "models/" + batch.model);
    if (!batch.tag.empty() && !batch.behaviour.drop_metadata)
        metadata.text("displayName", batch.tag);
    if (!batch.own_input) {
        ObjectWriter(metadata.key("inputConfig")).text("fileName", batch.input_file_id).end();
    }
    const bool with_output =
        batch.status == BatchStatus::completed || !batch.output_file_id.empty();
    const bool shown = !batch.own_input || view.show_inlined;
    if (with_output && shown && results_visible(batch, view.now)) {
        ObjectWriter output(metadata.key("output"));
        put_output(output, batch, view);
        output.end();
    }
    const core::Duration skew = batch.behaviour.created_skew;
    metadata.text("createTime", timestamp(batch.created + skew));
    const core::TimePoint ended =
        batch.ended_at != Batch::never ? batch.ended_at : batch.cancelling_at;
    if (has_ended(batch)) metadata.text("endTime", timestamp(ended));
    metadata.text("updateTime", timestamp(has_ended(batch) ? ended : view.now));
    if (batch.total > 0 || batch.behaviour.show_total) put_stats(metadata.key("batchStats"), batch);
    metadata.text("state", state_text(batch, view)).text("name", batch.id).end();
}

ApiError error_of(const Batch& batch) {
    if (batch.status == BatchStatus::expired)
        return rpc_error("DEADLINE_EXCEEDED", "The batch expired before it could be completed.");
    if (batch.status != BatchStatus::failed)
        return rpc_error("CANCELLED", "The batch was cancelled.");
    if (batch.errors.empty()) return rpc_error("INTERNAL", "The batch failed.");
    const BatchError& first = batch.errors.front();
    const std::string where =
        first.line > 0 ? "Line " + std::to_string(first.line) + ": " : std::string();
    return rpc_error(first.code, where + first.message);
}

}  // namespace

std::string_view state_name(const Batch& batch) noexcept {
    switch (batch.status) {
    case BatchStatus::validating:
        return "PENDING";
    case BatchStatus::in_progress:
    case BatchStatus::finalizing:
        return "RUNNING";
    case BatchStatus::completed:
        return "SUCCEEDED";
    case BatchStatus::failed:
        return "FAILED";
    case BatchStatus::expired:
        return "EXPIRED";
    case BatchStatus::cancelling:
        return has_ended(batch) ? "CANCELLED" : "RUNNING";
    case BatchStatus::cancelled:
        return "CANCELLED";
    }
    return "UNSPECIFIED";
}

bool has_ended(const Batch& batch) noexcept {
    if (is_terminal(batch.status)) return true;
    const Behaviour& behaviour = batch.behaviour;
    return batch.status == BatchStatus::cancelling && !behaviour.cancel_slow &&
           !behaviour.cancel_completes && !behaviour.partial_results;
}

bool results_visible(const Batch& batch, core::TimePoint now) noexcept {
    return is_terminal(batch.status) && now >= batch.ended_at + batch.behaviour.files_late;
}

std::string operation_text(const Batch& batch, const OperationView& view) {
    std::string out;
    ObjectWriter operation(out);
    operation.text("name", batch.id);
    put_metadata(operation.key("metadata"), batch, view);
    if (has_ended(batch)) {
        operation.raw("done", "true");
        if (batch.status == BatchStatus::completed || !batch.output_file_id.empty()) {
            ObjectWriter response(operation.key("response"));
            response.text("@type", type_of(batch, "Output"));
            put_output(response, batch, view);
            response.end();
        } else {
            put_status(operation.key("error"), error_of(batch));
        }
    }
    operation.end();
    return out;
}

}  // namespace overnight::emulator::gemini
