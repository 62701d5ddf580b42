#include "submitter/remote.hpp"

#include "core/stopwatch.hpp"
#include "net/classify.hpp"

#include <algorithm>
#include <set>

namespace overnight::submitter {
namespace {

using providers::ReplyClass;

constexpr int max_pages = 2000;
constexpr std::chrono::minutes skew_margin{15};  // between the provider's clock and ours
constexpr std::chrono::hours longest_wait{1};

}  // namespace

model::Moment moment(const core::Clock& clock) {
    return {clock.now(), clock.since_boot(), clock.boot_id()};
}

core::Result<model::HttpResponse> Remote::send(const model::HttpRequest& request) {
    return account_.transport->send(request, stop_);
}

std::optional<core::Duration> Remote::wait_asked(const model::HttpResponse& reply) const {
    const auto asked = net::retry_after(reply, clock_.now());
    if (!asked) return std::nullopt;
    return std::min<core::Duration>(*asked, longest_wait);
}

Event Remote::upload(const model::Attempt& attempt) {
    const core::Stopwatch stopwatch("upload");
    providers::UploadSpec spec{store_.shard_file(attempt.key), attempt.file_bytes, attempt.tag};
    const auto request = account_.adapter->upload(spec);
    auto reply = account_.transport->upload(request, stop_);
    if (!reply) return UploadFailed{std::move(reply).error()};
    UploadReplied event{account_.adapter->classify(*reply), std::nullopt, wait_asked(*reply)};
    if (event.reply.what == ReplyClass::ok)
        if (auto file = account_.adapter->parse_file(*reply)) event.file = *std::move(file);
    return event;
}

Event Remote::search_upload(const model::Attempt& attempt) {
    const std::string wanted = attempt.tag + ".jsonl";
    std::set<std::string> cursors;
    std::string cursor;
    for (int page_no = 0; page_no < max_pages; ++page_no) {
        const auto request = account_.adapter->list_files(cursor);
        auto reply = send(request);
        if (!reply || account_.adapter->classify(*reply).what != ReplyClass::ok)
            return UploadFound{};
        auto page = account_.adapter->parse_file_page(*reply);
        if (!page) return UploadFound{};
        for (auto& file : page->items)
            if (file.filename == wanted && file.bytes == attempt.file_bytes)
                return UploadFound{true, std::move(file)};
        if (!page->more) return UploadFound{true, std::nullopt};
        cursor = page->next;
        if (!cursors.insert(cursor).second) return UploadFound{};
    }
    return UploadFound{};
}

Event Remote::create(const model::Attempt& attempt,
                     const model::Job& job,
                     const std::function<core::Result<>()>& commit) {
    providers::CreateSpec spec;
    spec.file = attempt.file;
    spec.endpoint = job.endpoint;
    spec.tag = attempt.tag;
    spec.job = job.name;
    spec.shard = std::to_string(attempt.key.job.v) + "/" + std::to_string(attempt.key.shard.v);
    const auto request = account_.adapter->create_batch(spec);
    auto outcome = account_.transport->create(request, commit, stop_);
    if (auto* not_sent = std::get_if<model::NotSent>(&outcome))
        return CreateNotSent{std::move(not_sent->why)};
    if (auto* no_reply = std::get_if<model::NoReply>(&outcome))
        return CreateUnknown{no_reply->why.describe()};
    const auto& response = std::get<model::HttpResponse>(outcome);
    CreateReplied event{account_.adapter->classify_create(response), std::nullopt,
                        wait_asked(response)};
    if (event.reply.what == ReplyClass::ok)
        if (auto batch = account_.adapter->parse_batch(response)) event.batch = *std::move(batch);
    return event;
}

bool Remote::knows_input_file(const model::Attempt& attempt, std::string& why) {
    const auto request = account_.adapter->get_file(attempt.file);
    const auto reply = send(request);
    if (!reply) {
        why = reply.error().describe();
        return false;
    }
    const auto what = account_.adapter->classify(*reply).what;
    // After a durable mark that we delete it (empty_scans), its absence is as good as its presence.
    if (what == ReplyClass::not_found && attempt.empty_scans > 0) return true;
    const auto file = account_.adapter->parse_file(*reply);
    if (what == ReplyClass::ok && file && file->id == attempt.file) return true;
    why = "our own input file is not to be seen under this key";
    return false;
}

core::Result<Event> Remote::scan(const model::Attempt& attempt) {
    // The control: the newest batch of ours that the provider must know. Without one, our input
    // file.
    OVERNIGHT_TRY_ASSIGN(const auto live, store_.live_attempts(account_.name));
    core::RemoteBatchId control;
    core::TimePoint control_time{};
    for (const auto& other : live)
        if (!other.batch.empty() && other.state == model::AttemptState::submitted &&
            other.committed.wall >= control_time) {
            control = other.batch;
            control_time = other.committed.wall;
        }
    core::TimePoint oldest = attempt.committed.wall;
    if (!control.empty()) oldest = std::min(oldest, control_time);
    const std::int64_t cut_off = core::unix_seconds(oldest - skew_margin);

    Scanned result;
    bool control_seen = false;
    std::set<std::string> ids;
    std::string cursor;
    std::int64_t last_created = INT64_MAX;
    for (int page_no = 0; page_no < max_pages && !result.complete; ++page_no) {
        const auto request = account_.adapter->list_batches(cursor);
        auto reply = send(request);
        if (!reply) {
            result.why = reply.error().describe();
            return Event{std::move(result)};
        }
        const auto meaning = account_.adapter->classify(*reply);
        result.unauthorized = meaning.what == ReplyClass::unauthorized;
        auto page = account_.adapter->parse_batch_page(*reply);
        if (meaning.what != ReplyClass::ok || !page) {
            result.why = "a page of the list could not be read";
            return Event{std::move(result)};
        }
        for (auto& batch : page->items) {
            if (!ids.insert(batch.id.v).second || batch.created_at > last_created) {
                result.why = "the list repeats itself or is out of order";
                return Event{std::move(result)};
            }
            last_created = batch.created_at;
            control_seen = control_seen || batch.id == control;
            if (batch.tag == attempt.tag || batch.input_file == attempt.file)
                result.hits.push_back(std::move(batch));
        }
        result.complete = !page->more || last_created < cut_off;
        cursor = page->next;
    }
    if (!result.complete) result.why = "the list has no end";
    if (!control.empty()) {
        result.trusted = control_seen;
        if (!control_seen) result.why = "it does not show batch " + control.v + ", which exists";
    } else if (attempt.state == model::AttemptState::fenced) {
        result.trusted = true;  // the provider deleted our file under this key
    } else {
        result.trusted = knows_input_file(attempt, result.why);
    }
    return Event{std::move(result)};
}

Event Remote::delete_input(const model::Attempt& attempt) {
    const auto request = account_.adapter->delete_file(attempt.file);
    auto reply = send(request);
    if (!reply) return InputDeleted{false, reply.error().describe()};
    const auto meaning = account_.adapter->classify(*reply);
    if (meaning.what == ReplyClass::not_found) return InputDeleted{true, ""};
    if (meaning.what != ReplyClass::ok)
        return InputDeleted{false, std::string(providers::name(meaning.what))};
    const auto deleted = account_.adapter->parse_deleted(*reply);
    return InputDeleted{deleted && *deleted,
                        deleted ? "the reply does not say deleted" : deleted.error().describe()};
}

void Remote::cancel(const core::RemoteBatchId& batch) {
    const auto request = account_.adapter->cancel_batch(batch);
    (void)send(request);
}

}  // namespace overnight::submitter
