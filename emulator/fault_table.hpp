// Every fault switch by name: what it acts on and which parameters it knows. README.md explains
// each to its user.
#pragma once

#include <span>
#include <string_view>

namespace overnight::emulator {

/// What a rule is matched against.
enum class FaultScope {
    line,     ///< one request line being executed, or an ordinary call
    batch,    ///< a batch, when it is created
    request,  ///< an HTTP request
    world,    ///< the emulator as a whole, as long as the script is loaded
};

enum class Fault {
    // line
    line_error,
    quota,
    poison,
    finish,
    refusal,
    invalid_json,
    schema_violation,
    missing_rows,
    bad_rows,
    empty_answer,
    usage_wrong,
    other_model,
    response_failed,
    blocked,
    // batch
    validate_fail,
    expire,
    self_cancel,
    all_failed,
    empty_ids,
    files_late,
    shuffle,
    duplicate_lines,
    unknown_lines,
    drop_lines,
    corrupt_line,
    stuck,
    cancel_slow,
    cancel_completes,
    batch_time,
    wrong_counts,
    skew_created,
    drop_metadata,
    partial_results,
    swap_keys,
    state_prefix,
    error_shape,
    // request
    http,
    rate_limit,
    apply_then_drop,
    apply_then_5xx,
    drop,
    cut_request,
    late_apply,
    dup_apply,
    delay,
    drip,
    reject_html,
    redirect,
    truncate,
    corrupt_content,
    swap_results,
    header,
    oversize,
    raw,
    bad_id,
    swap_replies,
    echo_key,
    wrong_bytes,
    delete_ignored,
    show_status,
    list_drop,
    list_dup,
    list_loop,
    list_empty,
    list_reverse,
    has_more_lies,
    file_missing,
    name_taken,
    empty_without_page_size,
    // world
    token_limit,
    creates_per_hour,
    list_lag,
    batch_hidden,
    file_hidden,
    retention,
    bad_key,
    foreign_batches,
    key_scope,
    file_processing,
};

struct FaultSpec {
    std::string_view name;
    Fault fault;
    FaultScope scope;
    std::string_view
        parameters;  ///< names with spaces between them; behind the selectors of the scope
    /// Request scope: the routes when the rule names none, those of all dialects; empty: every
    /// route.
    std::span<const std::string_view> default_routes{};
};

std::span<const FaultSpec> fault_table() noexcept;
/// Null when there is no fault of that name.
const FaultSpec* find_fault(std::string_view name) noexcept;
/// The selectors that rules of a scope may have, with spaces between them.
std::string_view selectors(FaultScope scope) noexcept;

}  // namespace overnight::emulator
