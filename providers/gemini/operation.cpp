#include "providers/gemini/operation.hpp"

#include "providers/gemini/error_codes.hpp"
#include "providers/gemini/resource.hpp"
#include "providers/gemini/wire.hpp"
#include "providers/wire_values.hpp"

#include <boost/json.hpp>

#include <array>
#include <utility>

namespace overnight::providers::gemini {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using model::BatchStatus;
namespace json = boost::json;

/// The result file stands in the operation's response and in the batch's own output.
Result<std::string> responses_file(const json::object& operation, const json::object& batch) {
    for (const auto* o : {object_at(operation, "response"), object_at(batch, "output")}) {
        if (o == nullptr) continue;
        OVERNIGHT_TRY_ASSIGN(std::string name, resource_name(*o, "responsesFile", "files/"));
        if (!name.empty()) return name;
    }
    return std::string();
}

/// A state that is absent is the operation's to tell; a word that we do not know is never an end.
BatchStatus status_of(const json::object& operation,
                      std::string_view word,
                      std::optional<Rpc> error) {
    const BatchStatus told = read_status(word);
    if (told == BatchStatus::failed && error == Rpc::cancelled) return BatchStatus::cancelled;
    if (!word.empty()) return told;
    const auto* done = operation.if_contains("done");
    if (done == nullptr || !done->is_bool() || !done->get_bool()) return BatchStatus::unknown;
    if (!error) return BatchStatus::completed;
    return *error == Rpc::cancelled ? BatchStatus::cancelled : BatchStatus::failed;
}

std::optional<Rpc> read_problem(const json::object& operation, BatchView& view) {
    const auto* error = object_at(operation, "error");
    if (error == nullptr) return std::nullopt;
    const std::string status = text_at(*error, "status");
    const std::string message = text_at(*error, "message");
    const Rpc code = code_of({count_at(*error, "code"), status, message});
    view.errors.push_back({std::string(word_of(code)), message, std::nullopt});
    return code;
}

/// An operation with the batch as its metadata, or the batch itself.
Result<BatchView> batch_of(const json::object& operation) {
    const auto* metadata = object_at(operation, "metadata");
    const json::object& batch = metadata != nullptr ? *metadata : operation;
    BatchView view;
    OVERNIGHT_TRY_ASSIGN(view.id.v, resource_name(operation, "name", "batches/"));
    if (view.id.empty()) {
        OVERNIGHT_TRY_ASSIGN(view.id.v, resource_name(batch, "name", "batches/"));
    }
    if (view.id.empty()) return Error(Errc::protocol, "a batch without a name");
    const auto error = read_problem(operation, view);
    view.status_word = text_at(batch, "state");
    view.status = status_of(operation, view.status_word, error);
    view.tag = text_at(batch, "displayName");
    if (const auto* input = object_at(batch, "inputConfig")) {
        OVERNIGHT_TRY_ASSIGN(view.input_file.v, resource_name(*input, "fileName", "files/"));
    }
    OVERNIGHT_TRY_ASSIGN(view.output_file.v, responses_file(operation, batch));
    view.created_at = date_at(batch, "createTime");
    if (const auto* stats = object_at(batch, "batchStats")) {  // texts; zeros are left out
        view.total = count_at(*stats, "requestCount");
        view.completed = count_at(*stats, "successfulRequestCount");
        view.failed = count_at(*stats, "failedRequestCount");
    }
    return view;
}

}  // namespace

Result<BatchView> read_batch(const model::HttpResponse& reply) {
    OVERNIGHT_TRY_ASSIGN(const json::object o, object_of(reply));
    auto view = batch_of(o);
    if (!view) return broken("is " + view.error().message(), reply);
    return view;
}

Result<Page<BatchView>> read_batch_page(const model::HttpResponse& reply) {
    OVERNIGHT_TRY_ASSIGN(const json::object o, object_of(reply));
    if (o.contains("error")) return broken("is an error in a page's place", reply);
    Page<BatchView> page;
    for (const char* envelope : {"operations", "batches"}) {
        if (!o.contains(envelope)) continue;  // absent when empty
        const auto* entries = list_at(o, envelope);
        if (entries == nullptr)
            return broken("has no list \"" + std::string(envelope) + "\"", reply);
        for (const auto& entry : *entries) {
            const auto* item = entry.if_object();
            if (item == nullptr) return broken("lists something that is no object", reply);
            auto view = batch_of(*item);
            if (!view) return broken("lists " + view.error().message(), reply);
            if (view->created_at == 0) return broken("lists a batch without a time", reply);
            page.items.push_back(*std::move(view));
        }
    }
    auto next = next_page(o);
    if (!next) return broken("is " + next.error().message(), reply);
    page.next = *std::move(next);
    page.more = !page.next.empty();
    return page;
}

BatchStatus read_status(std::string_view word) {
    constexpr std::array<std::string_view, 2> prefixes{"BATCH_STATE_", "JOB_STATE_"};
    constexpr std::array<std::pair<std::string_view, BatchStatus>, 11> words{
        {{"QUEUED", BatchStatus::validating},
         {"PENDING", BatchStatus::validating},
         {"RUNNING", BatchStatus::in_progress},
         {"UPDATING", BatchStatus::in_progress},
         {"PAUSED", BatchStatus::in_progress},
         {"CANCELLING", BatchStatus::cancelling},
         {"SUCCEEDED", BatchStatus::completed},
         {"FAILED", BatchStatus::failed},
         {"CANCELLED", BatchStatus::cancelled},
         {"CANCELED", BatchStatus::cancelled},
         {"EXPIRED", BatchStatus::expired}}};
    for (const auto prefix : prefixes)
        if (word.starts_with(prefix)) {
            word.remove_prefix(prefix.size());
            break;
        }
    for (const auto& [known, status] : words)
        if (word == known) return status;
    return BatchStatus::unknown;
}

}  // namespace overnight::providers::gemini
