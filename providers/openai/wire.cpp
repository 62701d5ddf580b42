#include "providers/openai/wire.hpp"

#include "providers/openai/limits.hpp"
#include "providers/openai/wire_values.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace overnight::providers::openai {
namespace {

using core::Errc;
using core::Error;
using core::Result;
namespace json = boost::json;

Error broken(std::string what, const model::HttpResponse& reply) {
    return Error(Errc::protocol,
                 "OpenAI's reply (HTTP " + std::to_string(reply.status) + ") " + std::move(what))
        .remote(reply.body);
}

/// The object in a 2xx reply.
Result<json::object> object_of(const model::HttpResponse& reply) {
    if (reply.status < 200 || reply.status > 299) return broken("is no success", reply);
    auto value = parse_json(reply.body);
    if (!value || !value->is_object()) return broken("is not a JSON object", reply);
    return std::move(value->get_object());
}

Result<FileView> file_of(const json::object& o) {
    FileView view;
    OVERNIGHT_TRY_ASSIGN(view.id.v, required_id(o, "id"));
    view.bytes = count_at(o, "bytes");
    view.filename = text_at(o, "filename");
    view.created_at = time_at(o, "created_at");
    return view;
}

BatchView::Problem problem_of(const json::object& o) {
    BatchView::Problem problem{text_at(o, "code"), text_at(o, "message"), std::nullopt};
    if (const auto* line = o.if_contains("line"); line != nullptr && !line->is_null())
        problem.line = count_of(*line);
    return problem;
}

void read_errors(const json::object& batch, std::vector<BatchView::Problem>& out) {
    const auto* errors = object_at(batch, "errors");
    const auto* data = errors == nullptr ? nullptr : list_at(*errors, "data");
    if (data == nullptr) return;
    for (const auto& entry : *data)
        if (const auto* o = entry.if_object()) out.push_back(problem_of(*o));
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

Result<BatchView> batch_of(const json::object& o) {
    BatchView view;
    OVERNIGHT_TRY_ASSIGN(view.id.v, required_id(o, "id"));
    const auto* status = o.if_contains("status");
    if (status == nullptr || !status->is_string())
        return Error(Errc::protocol, "a batch without a status");
    view.status_word = text_at(o, "status");
    view.status = read_status(view.status_word);
    OVERNIGHT_TRY_ASSIGN(view.input_file.v, optional_id(o, "input_file_id"));
    OVERNIGHT_TRY_ASSIGN(view.output_file.v, optional_id(o, "output_file_id"));
    OVERNIGHT_TRY_ASSIGN(view.error_file.v, optional_id(o, "error_file_id"));
    if (const auto* metadata = object_at(o, "metadata")) view.tag = text_at(*metadata, "overnight");
    view.created_at = time_at(o, "created_at");
    if (const auto* counts = object_at(o, "request_counts")) {
        view.total = count_at(*counts, "total");
        view.completed = count_at(*counts, "completed");
        view.failed = count_at(*counts, "failed");
    }
    read_usage(o, view.usage);
    read_errors(o, view.errors);
    return view;
}

template <class Item>
Result<Page<Item>> page_of(const model::HttpResponse& reply,
                           Result<Item> (*item_of)(const json::object&)) {
    OVERNIGHT_TRY_ASSIGN(const json::object o, object_of(reply));
    const auto* data = list_at(o, "data");
    if (data == nullptr) return broken("has no list \"data\"", reply);
    Page<Item> page;
    for (const auto& entry : *data) {
        const auto* item = entry.if_object();
        if (item == nullptr) return broken("lists something that is no object", reply);
        auto made = item_of(*item);
        if (!made) return broken("lists " + made.error().message(), reply);
        page.items.push_back(*std::move(made));
    }
    const auto* more = o.if_contains("has_more");
    page.more = more != nullptr && more->is_bool() && more->get_bool();
    if (!page.more) return page;
    // Some answers leave last_id out; the last element's id is the same cursor (openai.md 2.2).
    OVERNIGHT_TRY_ASSIGN(page.next, optional_id(o, "last_id"));
    if (page.next.empty() && !page.items.empty()) page.next = page.items.back().id.v;
    if (page.next.empty()) return broken("says that there is more, but not where", reply);
    return page;
}

}  // namespace

std::optional<ErrorBody> read_error(std::string_view body) {
    const auto value = parse_json(body);
    const auto* envelope = value ? value->if_object() : nullptr;
    const auto* error = envelope == nullptr ? nullptr : object_at(*envelope, "error");
    if (error == nullptr) return std::nullopt;
    const auto* message = error->if_contains("message");
    if (message == nullptr || !message->is_string()) return std::nullopt;
    return ErrorBody{text_at(*error, "code"), text_at(*error, "type"), text_at(*error, "message")};
}

Result<FileView> read_file(const model::HttpResponse& reply) {
    OVERNIGHT_TRY_ASSIGN(const json::object o, object_of(reply));
    auto view = file_of(o);
    if (!view) return broken("is " + view.error().message(), reply);
    const auto* bytes = o.if_contains("bytes");
    if (bytes == nullptr || !count_of(*bytes)) return broken("does not say the file's size", reply);
    return view;
}

Result<Page<FileView>> read_file_page(const model::HttpResponse& reply) {
    return page_of<FileView>(reply, file_of);
}

Result<bool> read_deleted(const model::HttpResponse& reply) {
    OVERNIGHT_TRY_ASSIGN(const json::object o, object_of(reply));
    const auto* deleted = o.if_contains("deleted");
    if (deleted == nullptr || !deleted->is_bool())
        return broken("does not say whether the file is deleted", reply);
    return deleted->get_bool();
}

Result<BatchView> read_batch(const model::HttpResponse& reply) {
    OVERNIGHT_TRY_ASSIGN(const json::object o, object_of(reply));
    auto view = batch_of(o);
    if (!view) return broken("is " + view.error().message(), reply);
    if (view->input_file.empty()) return broken("is a batch without an input_file_id", reply);
    return view;
}

Result<Page<BatchView>> read_batch_page(const model::HttpResponse& reply) {
    return page_of<BatchView>(reply, batch_of);
}

model::BatchStatus read_status(std::string_view word) {
    using model::BatchStatus;
    constexpr std::array<std::pair<std::string_view, BatchStatus>, 10> words{
        {{"validating", BatchStatus::validating},
         {"in_progress", BatchStatus::in_progress},
         {"finalizing", BatchStatus::finalizing},
         {"completed", BatchStatus::completed},
         {"failed", BatchStatus::failed},
         {"expired", BatchStatus::expired},
         {"cancelling", BatchStatus::cancelling},
         {"cancelled", BatchStatus::cancelled},
         {"canceling", BatchStatus::cancelling},
         {"canceled", BatchStatus::cancelled}}};
    std::string lower(word);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    for (const auto& [known, status] : words)
        if (lower == known) return status;
    return BatchStatus::unknown;
}

std::string_view cut_utf8(std::string_view text, std::size_t max) noexcept {
    if (text.size() <= max) return text;
    std::size_t end = max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
    return text.substr(0, end);
}

}  // namespace overnight::providers::openai
