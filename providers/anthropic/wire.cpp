#include "providers/anthropic/wire.hpp"

#include "providers/reply_status.hpp"
#include "providers/wire_values.hpp"

#include <initializer_list>
#include <limits>
#include <utility>

namespace overnight::providers::anthropic {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using model::BatchStatus;
namespace json = boost::json;

Error broken(std::string_view what, const model::HttpResponse& reply) {
    return broken_reply("Anthropic", what, reply);
}

/// The object in a 2xx reply.
Result<json::object> object_of(const model::HttpResponse& reply) {
    if (!is_success(reply.status)) return broken("is no success", reply);
    auto value = parse_json(reply.body);
    if (!value || !value->is_object()) return broken("is not a JSON object", reply);
    return std::move(value->get_object());
}

std::uint64_t sum_of(const json::object& counts, std::initializer_list<const char*> names) {
    constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t sum = 0;
    for (const char* name : names) {
        const std::uint64_t n = count_at(counts, name);
        sum = n > largest - sum ? largest : sum + n;
    }
    return sum;
}

/// The word for a batch that has not ended.
BatchStatus status_of(std::string_view word) {
    if (word == "in_progress") return BatchStatus::in_progress;
    if (word == "canceling" || word == "cancelling") return BatchStatus::cancelling;
    return BatchStatus::unknown;
}

Result<BatchView> batch_of(const json::object& o) {
    BatchView view;
    OVERNIGHT_TRY_ASSIGN(view.id.v, required_id(o, "id"));
    const auto* status = o.if_contains("processing_status");
    if (status == nullptr || !status->is_string())
        return Error(Errc::protocol, "a batch without a processing_status");
    view.status_word = text_at(o, "processing_status");
    view.created_at = date_at(o, "created_at");
    if (const auto* counts = object_at(o, "request_counts")) {
        view.total = sum_of(*counts, {"processing", "succeeded", "errored", "canceled", "expired"});
        view.completed = sum_of(*counts, {"succeeded"});
        view.failed = sum_of(*counts, {"errored", "canceled", "expired"});
    }
    if (view.status_word != "ended") {
        view.status = status_of(view.status_word);
        return view;
    }
    const bool archived = !text_at(o, "archived_at").empty();
    const bool has_results = !text_at(o, "results_url").empty();
    view.status = archived || has_results ? BatchStatus::completed : BatchStatus::finalizing;
    // The address in results_url is not used: the key goes to the account's own base URL only.
    if (view.status == BatchStatus::completed) view.output_file.v = view.id.v;
    if (archived) view.status_word = "ended, archived";
    return view;
}

}  // namespace

std::optional<ErrorBody> read_error(std::string_view body) {
    const auto value = parse_json(body);
    const auto* envelope = value ? value->if_object() : nullptr;
    if (envelope == nullptr || text_at(*envelope, "type") != "error") return std::nullopt;
    const auto* error = object_at(*envelope, "error");
    if (error == nullptr) return std::nullopt;
    const auto* message = error->if_contains("message");
    ErrorBody result{text_at(*error, "type"), "", text_at(*error, "message")};
    if (result.type.empty() || message == nullptr || !message->is_string()) return std::nullopt;
    if (const auto* details = object_at(*error, "details"))
        result.code = text_at(*details, "error_code");
    return result;
}

Result<BatchView> read_batch(const model::HttpResponse& reply) {
    OVERNIGHT_TRY_ASSIGN(const json::object o, object_of(reply));
    auto view = batch_of(o);
    if (!view) return broken("is " + view.error().message(), reply);
    return view;
}

Result<Page<BatchView>> read_batch_page(const model::HttpResponse& reply) {
    OVERNIGHT_TRY_ASSIGN(const json::object o, object_of(reply));
    const auto* data = list_at(o, "data");
    if (data == nullptr) return broken("has no list \"data\"", reply);
    Page<BatchView> page;
    for (const auto& entry : *data) {
        const auto* item = entry.if_object();
        if (item == nullptr) return broken("lists something that is no object", reply);
        auto made = batch_of(*item);
        if (!made) return broken("lists " + made.error().message(), reply);
        // A lost create is told by both (SUBMISSION 3.4): without them it would seem absent.
        if (made->created_at == 0 || object_at(*item, "request_counts") == nullptr)
            return broken("lists a batch without its time or its counts", reply);
        page.items.push_back(*std::move(made));
    }
    // Absent or of another type, it does not say that this is all there is.
    const auto* more = o.if_contains("has_more");
    if (more == nullptr || !more->is_bool())
        return broken("does not say whether there is more", reply);
    page.more = more->get_bool();
    if (!page.more) return page;
    OVERNIGHT_TRY_ASSIGN(page.next, optional_id(o, "last_id"));
    if (page.next.empty() && !page.items.empty()) page.next = page.items.back().id.v;
    if (page.next.empty()) return broken("says that there is more, but not where", reply);
    return page;
}

}  // namespace overnight::providers::anthropic
