#include "providers/openai/batch_object.hpp"

#include "providers/wire_values.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace overnight::providers::openai {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using model::BatchStatus;
namespace json = boost::json;

BatchView::Problem problem_of(const json::object& o) {
    BatchView::Problem problem{text_at(o, "code"), text_at(o, "message"), std::nullopt};
    if (const auto* line = o.if_contains("line"); line != nullptr && !line->is_null())
        problem.line = count_of(*line);
    return problem;
}

/// {"data":[..]}, a list, or one object.
void read_problems(const json::value& value, std::vector<BatchView::Problem>& out) {
    const auto* list = value.if_array();
    if (const auto* o = value.if_object()) {
        list = list_at(*o, "data");
        if (list == nullptr && o->contains("message")) out.push_back(problem_of(*o));
    }
    if (list == nullptr) return;
    for (const auto& entry : *list)
        if (const auto* o = entry.if_object()) out.push_back(problem_of(*o));
}

void read_errors(const json::object& batch, std::vector<BatchView::Problem>& out) {
    if (const auto* errors = batch.if_contains("errors")) read_problems(*errors, out);
    // xAI says there why it ended a batch by itself.
    for (const char* name : {"error", "cancel_by_xai_message"}) {
        const auto* error = batch.if_contains(name);
        if (error == nullptr) continue;
        read_problems(*error, out);
        if (auto text = text_at(batch, name); !text.empty())
            out.push_back({"", std::move(text), std::nullopt});
    }
}

void read_usage(const json::object& batch, model::Usage& out) {
    const auto* usage = object_at(batch, "usage");
    if (usage == nullptr) return;
    const auto either = [&](const char* one, const char* other) {
        return usage->contains(one) ? count_at(*usage, one) : count_at(*usage, other);
    };
    out.input_tokens = either("input_tokens", "prompt_tokens");
    out.output_tokens = either("output_tokens", "completion_tokens");
    const auto* details = object_at(*usage, "input_tokens_details");
    if (details == nullptr) details = object_at(*usage, "prompt_tokens_details");
    if (details != nullptr) out.cached_input_tokens = count_at(*details, "cached_tokens");
}

/// A string, or the first of a list of strings; "" without.
Result<std::string> first_id(const json::object& o, const char* name) {
    const auto* list = list_at(o, name);
    if (list == nullptr) return optional_id(o, name);
    if (list->empty()) return std::string{};
    json::object one;
    one.emplace(name, list->front());
    return optional_id(one, name);
}

double share_of(const json::object& o, const char* name) {
    const auto* value = name == nullptr ? nullptr : o.if_contains(name);
    json::error_code code;
    const double percent = value == nullptr ? 0 : value->to_number<double>(code);
    return !code && percent > 0 ? std::min(percent, 100.0) / 100 : 0;
}

void read_counts(const BatchMembers& names, const json::object& batch, BatchView& out) {
    const auto* counts = names.counts == nullptr ? &batch : object_at(batch, names.counts);
    if (counts == nullptr) return;
    const auto count = [&](const char* name) -> std::uint64_t {
        return name == nullptr ? 0 : count_at(*counts, name);
    };
    out.total = count(names.total);
    out.completed = count(names.completed);
    out.failed = count(names.failed);
}

/// Sets `view.unaccounted` too. xAI has no word for it. 0 of 0 is not the end: so it looks right
/// after the create (others.md 1).
BatchStatus status_of_counts(const BatchMembers& names,
                             const json::object& batch,
                             BatchView& view) {
    static const json::object nothing;
    const auto* state = object_at(batch, names.counts);
    if (state == nullptr) state = &nothing;
    const auto* cancelled_at = batch.if_contains("cancel_time");
    const bool stopped = cancelled_at != nullptr && !cancelled_at->is_null();
    const std::uint64_t pending = count_at(*state, "num_pending");
    const std::uint64_t cancelled = count_at(*state, "num_cancelled");
    if (view.total == 0) {
        if (!view.errors.empty()) return BatchStatus::failed;
        return stopped ? BatchStatus::cancelled : BatchStatus::validating;
    }
    // Requests that are still being read in are neither pending nor done.
    const bool all = view.completed + view.failed + cancelled >= view.total;
    view.unaccounted = pending == 0 && !all;
    const bool over = pending == 0 && all;
    if (over) return cancelled > 0 ? BatchStatus::cancelled : BatchStatus::completed;
    return stopped ? BatchStatus::cancelling : BatchStatus::in_progress;
}

Result<> read_state(const Profile& profile, const json::object& o, BatchView& view) {
    const auto& names = profile.batch;
    if (names.status == nullptr) {
        view.status = status_of_counts(names, o, view);
        view.status_word = model::name(view.status);
        return {};
    }
    const auto* status = o.if_contains(names.status);
    if (status == nullptr || !status->is_string())
        return Error(Errc::protocol, "a batch without a status");
    view.status_word = text_at(o, names.status);
    view.status = read_status(profile, view.status_word);
    const bool ran = view.completed + view.failed > 0 || view.progress > 0;
    const bool has_files = !view.output_file.empty() || !view.error_file.empty();
    // What failed after it ran is told line by line.
    if (profile.failed_ran && view.status == BatchStatus::failed && ran && has_files)
        view.status = BatchStatus::completed;
    return {};
}

}  // namespace

Result<BatchView> batch_of(const Profile& profile, const json::object& outer) {
    const auto& names = profile.batch;
    const auto* wrapped = names.wrapper == nullptr ? nullptr : object_at(outer, names.wrapper);
    const json::object& o = wrapped == nullptr ? outer : *wrapped;
    BatchView view;
    OVERNIGHT_TRY_ASSIGN(view.id.v, required_id(o, names.id));
    OVERNIGHT_TRY_ASSIGN(view.input_file.v, first_id(o, names.input));
    OVERNIGHT_TRY_ASSIGN(view.output_file.v, optional_id(o, names.output));
    OVERNIGHT_TRY_ASSIGN(view.error_file.v, optional_id(o, names.error));
    const auto* kept = names.metadata == nullptr ? &o : object_at(o, names.metadata);
    if (kept != nullptr && names.tag != nullptr) view.tag = text_at(*kept, names.tag);
    view.created_at = date_at(o, names.created);
    read_counts(names, o, view);
    view.progress = share_of(o, names.progress);
    read_usage(o, view.usage);
    read_errors(o, view.errors);
    OVERNIGHT_TRY(read_state(profile, o, view));
    // Results that come page by page are asked for by the batch's own id.
    if (!profile.results.empty()) {
        view.error_file = {};
        view.output_file = {};
        const bool ran = model::is_end(view.status) && view.status != BatchStatus::failed;
        if (ran || view.unaccounted) view.output_file.v = view.id.v;
    }
    return view;
}

BatchStatus read_status(const Profile& profile, std::string_view word) {
    std::string lower(word);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    for (const auto& known : profile.statuses)
        if (lower == known.word) return known.status;
    return BatchStatus::unknown;
}

}  // namespace overnight::providers::openai
