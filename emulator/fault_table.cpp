// The table of fault switches.
#include "emulator/fault_table.hpp"

#include <array>

namespace overnight::emulator {

namespace {

template <class... Pattern>
constexpr auto routes(Pattern... patterns) {
    return std::array<std::string_view, sizeof...(patterns)>{patterns...};
}

// The routes that do the same thing in each dialect.
constexpr auto create = routes("POST /v1/batches",
                               "POST /v1/batch/jobs",
                               "POST /v1/messages/batches",
                               "POST /v1beta/models/{id}:batchGenerateContent",
                               "POST /v1beta/models/{id}:asyncBatchEmbedContent");
constexpr auto retrieve = routes("GET /v1/batches/{id}",
                                 "GET /v1/batch/jobs/{id}",
                                 "GET /v1/messages/batches/{id}",
                                 "GET /v1beta/batches/{id}");
constexpr auto list = routes(
    "GET /v1/batches", "GET /v1/batch/jobs", "GET /v1/messages/batches", "GET /v1beta/batches");
constexpr auto content = routes("GET /v1/files/{id}/content",
                                "GET /v1/batches/{id}/results",
                                "GET /v1/messages/batches/{id}/results",
                                "GET /v1beta/files/{id}:download",
                                "GET /download/v1beta/files/{id}:download");
constexpr auto upload =
    routes("POST /v1/files", "POST /v1/files/upload", "POST /upload/v1beta/sessions/{id}");
constexpr auto start_upload = routes("POST /upload/v1beta/files");
constexpr auto remove = routes(
    "DELETE /v1/files/{id}", "DELETE /v1/messages/batches/{id}", "DELETE /v1beta/files/{id}");

constexpr auto line = FaultScope::line;
constexpr auto batch = FaultScope::batch;
constexpr auto request = FaultScope::request;
constexpr auto world = FaultScope::world;

constexpr std::array table{
    FaultSpec{"line_error", Fault::line_error, line,
              "status code message type param billed shape file"},
    FaultSpec{"quota", Fault::quota, line, "status code message type param billed shape file"},
    FaultSpec{"poison", Fault::poison, line, "status code message type param billed shape file"},
    FaultSpec{"finish", Fault::finish, line, "reason"},
    FaultSpec{"refusal", Fault::refusal, line, "message"},
    FaultSpec{"invalid_json", Fault::invalid_json, line, ""},
    FaultSpec{"schema_violation", Fault::schema_violation, line, ""},
    FaultSpec{"missing_rows", Fault::missing_rows, line, "rows rows_fraction"},
    FaultSpec{"bad_rows", Fault::bad_rows, line, "rows rows_fraction"},
    FaultSpec{"empty_answer", Fault::empty_answer, line, "as"},
    FaultSpec{"usage_wrong", Fault::usage_wrong, line, "usage"},
    FaultSpec{"other_model", Fault::other_model, line, "name"},
    FaultSpec{"response_failed", Fault::response_failed, line, "code message"},
    FaultSpec{"blocked", Fault::blocked, line, "reason"},

    FaultSpec{"validate_fail", Fault::validate_fail, batch, "code message param line"},
    FaultSpec{"expire", Fault::expire, batch, "done seconds overloaded"},
    FaultSpec{"self_cancel", Fault::self_cancel, batch, "done seconds overloaded"},
    FaultSpec{"all_failed", Fault::all_failed, batch, "status code message type"},
    FaultSpec{"empty_ids", Fault::empty_ids, batch, "as"},
    FaultSpec{"files_late", Fault::files_late, batch, "seconds"},
    FaultSpec{"shuffle", Fault::shuffle, batch, ""},
    FaultSpec{"duplicate_lines", Fault::duplicate_lines, batch, "lines body"},
    FaultSpec{"unknown_lines", Fault::unknown_lines, batch, "count"},
    FaultSpec{"drop_lines", Fault::drop_lines, batch, "lines billed"},
    FaultSpec{"corrupt_line", Fault::corrupt_line, batch, "lines"},
    FaultSpec{"stuck", Fault::stuck, batch, "state seconds done"},
    FaultSpec{"cancel_slow", Fault::cancel_slow, batch, "seconds"},
    FaultSpec{"cancel_completes", Fault::cancel_completes, batch, ""},
    FaultSpec{"batch_time", Fault::batch_time, batch, "seconds"},
    FaultSpec{"wrong_counts", Fault::wrong_counts, batch, "total completed failed"},
    FaultSpec{"skew_created", Fault::skew_created, batch, "seconds"},
    FaultSpec{"drop_metadata", Fault::drop_metadata, batch, ""},
    FaultSpec{"partial_results", Fault::partial_results, batch, ""},
    FaultSpec{"swap_keys", Fault::swap_keys, batch, "lines"},
    FaultSpec{"state_prefix", Fault::state_prefix, batch, "prefix"},
    FaultSpec{"error_shape", Fault::error_shape, batch, "member code"},

    FaultSpec{"http", Fault::http, request,
              "status code message type param retry_after retry_after_ms body"},
    FaultSpec{"rate_limit", Fault::rate_limit, request,
              "status code message type param retry_after retry_after_ms"},
    FaultSpec{"apply_then_drop", Fault::apply_then_drop, request, "bytes how", create},
    FaultSpec{"apply_then_5xx", Fault::apply_then_5xx, request, "status body", create},
    FaultSpec{"drop", Fault::drop, request, "how", create},
    FaultSpec{"cut_request", Fault::cut_request, request, "bytes", upload},
    FaultSpec{"late_apply", Fault::late_apply, request, "seconds how", create},
    FaultSpec{"dup_apply", Fault::dup_apply, request, "", create},
    FaultSpec{"delay", Fault::delay, request, "ms where"},
    FaultSpec{"drip", Fault::drip, request, "bytes ms", content},
    FaultSpec{"reject_html", Fault::reject_html, request, "status apply", create},
    FaultSpec{"redirect", Fault::redirect, request, "status location", content},
    FaultSpec{"truncate", Fault::truncate, request, "bytes part how", content},
    FaultSpec{"corrupt_content", Fault::corrupt_content, request, "", content},
    FaultSpec{"swap_results", Fault::swap_results, request, "", content},
    FaultSpec{"header", Fault::header, request, "name value"},
    FaultSpec{"oversize", Fault::oversize, request, "bytes", retrieve},
    FaultSpec{"raw", Fault::raw, request, "text"},
    FaultSpec{"bad_id", Fault::bad_id, request, "as", create},
    FaultSpec{"swap_replies", Fault::swap_replies, request, "", retrieve},
    FaultSpec{"echo_key", Fault::echo_key, request, "status", create},
    FaultSpec{"wrong_bytes", Fault::wrong_bytes, request, "delta", upload},
    FaultSpec{"delete_ignored", Fault::delete_ignored, request, "", remove},
    FaultSpec{"show_status", Fault::show_status, request, "status", retrieve},
    FaultSpec{"list_drop", Fault::list_drop, request, "part", list},
    FaultSpec{"list_dup", Fault::list_dup, request, "", list},
    FaultSpec{"list_loop", Fault::list_loop, request, "", list},
    FaultSpec{"list_empty", Fault::list_empty, request, "", list},
    FaultSpec{"list_reverse", Fault::list_reverse, request, "", list},
    FaultSpec{"has_more_lies", Fault::has_more_lies, request, "value", list},
    FaultSpec{"file_missing", Fault::file_missing, request, "", create},
    FaultSpec{"name_taken", Fault::name_taken, request, "", start_upload},
    FaultSpec{"empty_without_page_size", Fault::empty_without_page_size, request, "", list},

    FaultSpec{"token_limit", Fault::token_limit, world, "model limit"},
    FaultSpec{"creates_per_hour", Fault::creates_per_hour, world, "limit"},
    FaultSpec{"list_lag", Fault::list_lag, world, "seconds"},
    FaultSpec{"batch_hidden", Fault::batch_hidden, world, "seconds"},
    FaultSpec{"file_hidden", Fault::file_hidden, world, "seconds"},
    FaultSpec{"retention", Fault::retention, world, "seconds"},
    FaultSpec{"bad_key", Fault::bad_key, world, "key status"},
    FaultSpec{"foreign_batches", Fault::foreign_batches, world, "count"},
    FaultSpec{"key_scope", Fault::key_scope, world, ""},
    FaultSpec{"file_processing", Fault::file_processing, world, "seconds then"},
};

}  // namespace

std::span<const FaultSpec> fault_table() noexcept {
    return table;
}

const FaultSpec* find_fault(std::string_view name) noexcept {
    for (const FaultSpec& spec : table) {
        if (spec.name == name) return &spec;
    }
    return nullptr;
}

std::string_view selectors(FaultScope scope) noexcept {
    switch (scope) {
    case FaultScope::line:
        return "fraction seed tries contains batch model endpoint";
    case FaultScope::batch:
        return "fraction seed batch nth times model endpoint";
    case FaultScope::request:
        return "fraction seed route nth times contains batch";
    case FaultScope::world:
        return "";
    }
    return "";
}

}  // namespace overnight::emulator
