#include "submitter/remote.hpp"

#include "core/stopwatch.hpp"
#include "model/custom_id.hpp"
#include "net/classify.hpp"
#include "providers/batch_list.hpp"
#include "providers/result_peek.hpp"

#include <algorithm>
#include <set>

namespace overnight::submitter {
namespace {

using providers::ReplyClass;

constexpr int max_pages = 2000;
constexpr std::chrono::minutes skew_margin{15};  // between the provider's clock and ours
constexpr std::chrono::hours longest_wait{1};
constexpr std::chrono::hours remembered{72};  // creates that a restored state may have forgotten
constexpr int most_upload_steps = 100;
constexpr int most_resumed = 5;

}  // namespace

model::Moment moment(const core::Clock& clock) {
    return {clock.now(), clock.since_boot(), clock.boot_id()};
}

core::Result<model::HttpResponse> Remote::send(const model::HttpRequest& request) {
    return account_.transport->send(request, stop_);
}

std::optional<core::Duration> Remote::wait_asked(const model::HttpResponse& response,
                                                 const providers::Reply& meaning) const {
    if (const auto asked = net::retry_after(response, clock_.now()))
        return std::min<core::Duration>(*asked, longest_wait);
    if (meaning.wait) return std::min<core::Duration>(*meaning.wait, longest_wait);
    return std::nullopt;
}

Event Remote::upload(const model::Attempt& attempt) {
    const core::Stopwatch stopwatch("upload");
    const auto session =
        account_.adapter->upload({store_.shard_file(attempt.key), attempt.file_bytes, attempt.tag});
    model::HttpRequest request = session->first();
    int resumed = 0;
    for (int step = 0; step < most_upload_steps; ++step) {
        auto reply = account_.transport->upload(request, stop_);
        if (!reply) {
            const bool stopped = reply.error().code() == core::Errc::cancelled;
            auto again = stopped || ++resumed > most_resumed ? std::nullopt : session->resume();
            if (!again) return UploadFailed{std::move(reply).error()};
            request = *std::move(again);
            continue;
        }
        UploadReplied event{account_.adapter->classify(*reply), std::nullopt, std::nullopt};
        event.retry_after = wait_asked(*reply, event.reply);
        if (event.reply.what != ReplyClass::ok) return event;
        auto next = session->next(*reply);
        if (!next) return UploadFailed{std::move(next).error()};
        if (*next) {
            request = **std::move(next);
            continue;
        }
        if (auto file = account_.adapter->parse_file(*reply)) event.file = *std::move(file);
        return event;
    }
    return UploadFailed{core::Error(core::Errc::protocol, "the upload has no end")};
}

Event Remote::search_upload(const model::Attempt& attempt) {
    if (const auto chosen = account_.adapter->chosen_file(attempt.tag))
        return search_chosen(attempt, *chosen);
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
            if (file.filename == wanted && file.bytes == attempt.file_bytes &&
                file.state != providers::FileState::failed)
                return UploadFound{true, std::move(file)};
        if (!page->more) return UploadFound{true, std::nullopt};
        cursor = account_.adapter->cursor_after(cursor, std::move(page->next));
        if (!cursors.insert(cursor).second) return UploadFound{};
    }
    return UploadFound{};
}

/// A file whose id we chose is there or not: no list is needed.
Event Remote::search_chosen(const model::Attempt& attempt, const core::RemoteFileId& id) {
    const auto request = account_.adapter->get_file(id);
    const auto reply = send(request);
    if (!reply) return UploadFound{};
    const auto what = account_.adapter->classify(*reply).what;
    if (what == ReplyClass::not_found) return UploadFound{true, std::nullopt};
    auto file = account_.adapter->parse_file(*reply);
    if (what != ReplyClass::ok || !file) return UploadFound{};
    const bool usable =
        file->state == providers::FileState::pending ||
        (file->state == providers::FileState::ready && file->bytes == attempt.file_bytes);
    if (usable) return UploadFound{true, *std::move(file)};
    // Cut, or unreadable to the provider: the name is ours, so it is free to use again.
    (void)delete_input_file(id);
    return UploadFound{};
}

Event Remote::create(const model::Attempt& attempt,
                     const model::Job& job,
                     const std::function<core::Result<>()>& commit) {
    providers::CreateSpec spec;
    spec.file = attempt.file;
    spec.path = store_.shard_file(attempt.key);
    spec.bytes = attempt.file_bytes;
    spec.model = job.model;
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
    CreateReplied event{account_.adapter->classify_create(response), std::nullopt, std::nullopt};
    event.retry_after = wait_asked(response, event.reply);
    if (event.reply.what != ReplyClass::ok) return event;
    auto batch = account_.adapter->parse_batch(response);
    // A reply that names a batch of another attempt proves nothing about this one.
    if (batch && !is_known(batch->id)) event.batch = *std::move(batch);
    return event;
}

bool Remote::is_known(const core::RemoteBatchId& id) const {
    const auto live = store_.live_attempts(account_.name);
    return live && std::any_of(live->begin(), live->end(),
                               [&](const auto& other) { return other.batch == id; });
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
    const bool tagged = account_.adapter->caps(account_.adapter->default_endpoint()).tagged;
    return tagged ? scan_tags(attempt) : scan_since_baseline(attempt);
}

core::Result<Event> Remote::scan_tags(const model::Attempt& attempt) {
    // The control: the newest batch of ours that the provider must know. Without one, our input
    // file, where the fence makes up for what a list may leave out (SUBMISSION 3.5).
    OVERNIGHT_TRY_ASSIGN(const auto live, store_.live_attempts(account_.name));
    core::RemoteBatchId control;
    core::TimePoint control_time{};
    for (const auto& other : live)
        if (!other.batch.empty() && !model::is_ordinary(other) &&
            other.state >= model::AttemptState::submitted &&
            other.state <= model::AttemptState::settled && other.committed.wall >= control_time) {
            control = other.batch;
            control_time = other.committed.wall;
        }
    core::TimePoint oldest = attempt.committed.wall;
    if (!control.empty()) oldest = std::min(oldest, control_time);
    const std::int64_t cut_off = core::unix_seconds(oldest - skew_margin);

    Scanned result;
    bool control_seen = false;
    OVERNIGHT_TRY_ASSIGN(const auto read,
                         providers::read_batch_list(
                             account_, stop_,
                             [&](providers::BatchView& batch) -> core::Result<> {
                                 control_seen = control_seen || batch.id == control;
                                 if (batch.tag == attempt.tag || batch.input_file == attempt.file)
                                     result.hits.push_back(std::move(batch));
                                 return {};
                             },
                             [&](std::int64_t last_created) { return last_created < cut_off; }));
    result.complete = read.complete && read.orderly;
    result.unauthorized = read.unauthorized;
    result.why = read.why;
    if (!result.complete) return Event{std::move(result)};
    if (!control.empty()) {
        result.trusted = control_seen;
        if (!control_seen) result.why = "it does not show batch " + control.v + ", which exists";
    } else if (attempt.state == model::AttemptState::fenced) {
        result.trusted = true;  // the provider deleted our file under this key
    } else if (account_.adapter->caps(account_.adapter->default_endpoint()).fence_by_file) {
        result.trusted = knows_input_file(attempt, result.why);
    } else {
        result.why = "no batch of ours is known that would prove it whole";
    }
    return Event{std::move(result)};
}

core::Result<Event> Remote::scan_since_baseline(const model::Attempt& attempt) {
    // What was made much later is somebody else's: in a shared workspace there is always one more.
    // A day, because the provider's clock and ours may differ; what is too early the baseline
    // tells.
    const std::int64_t latest =
        core::unix_seconds(attempt.doubted.wall + account_.settle + std::chrono::hours{24});
    const auto& lookout = attempt.lookout;
    OVERNIGHT_TRY_ASSIGN(const auto live, store_.live_attempts(account_.name));
    std::set<std::string> known(lookout.strangers.begin(), lookout.strangers.end());
    for (const auto& other : live)
        if (!other.batch.empty()) known.insert(other.batch.v);
    Scanned result;
    bool baseline_seen = false;
    OVERNIGHT_TRY_ASSIGN(const auto read,
                         providers::read_batch_list(
                             account_, stop_,
                             [&](providers::BatchView& batch) -> core::Result<> {
                                 baseline_seen = baseline_seen || batch.id == lookout.baseline;
                                 if (baseline_seen || known.contains(batch.id.v)) return {};
                                 if (batch.created_at <= latest && batch.total == attempt.requests)
                                     result.candidates.push_back(std::move(batch));
                                 return {};
                             },
                             [&](std::int64_t) { return baseline_seen; }));
    result.complete = read.complete && read.orderly;
    result.unauthorized = read.unauthorized;
    result.why = read.why;
    if (!result.complete) {
        result.candidates.clear();
        return Event{std::move(result)};
    }
    result.trusted = baseline_seen;
    if (lookout.baseline.empty()) {
        result.why = "the account had no batch before, so that nothing proves the list whole";
    } else if (!baseline_seen) {
        result.why = "it does not show batch " + lookout.baseline.v + ", which exists";
    }
    // One in a workspace of our own is taken for it at once, and proven when its results are here.
    if (result.candidates.size() == 1 && account_.lost.dedicated) return Event{std::move(result)};
    OVERNIGHT_TRY_ASSIGN(const auto job, store_.job(attempt.key.job));
    OVERNIGHT_TRY(read_candidates(attempt, job ? job->endpoint : std::string(), result));
    return Event{std::move(result)};
}

core::Result<> Remote::read_candidates(const model::Attempt& attempt,
                                       std::string_view endpoint,
                                       Scanned& scanned) {
    std::vector<providers::BatchView> left;
    for (auto& batch : scanned.candidates) {
        const auto id =
            model::is_end(batch.status) && !batch.output_file.empty()
                ? providers::first_custom_id(account_, batch.output_file, endpoint, stop_)
                : std::nullopt;
        if (!id) {
            left.push_back(std::move(batch));
        } else if (id->starts_with(attempt.intent.v)) {
            scanned.hits.push_back(std::move(batch));
        } else {
            scanned.strangers.push_back(batch.id.v);
        }
    }
    scanned.candidates = std::move(left);
    return {};
}

core::Result<Event> Remote::baseline() {
    BaselineTaken taken;
    OVERNIGHT_TRY_ASSIGN(const auto read, providers::read_batch_list(
                                              account_, stop_,
                                              [&](providers::BatchView& batch) -> core::Result<> {
                                                  if (taken.newest.empty()) taken.newest = batch.id;
                                                  return {};
                                              },
                                              [](std::int64_t) { return true; }));
    taken.complete = read.complete && read.orderly;
    taken.why = read.why;
    taken.unauthorized = read.unauthorized;
    return Event{std::move(taken)};
}

core::Result<Remote::Forgotten> Remote::look_for_forgotten(
    const std::vector<model::Attempt>& unsent) {
    Forgotten found;
    const std::int64_t cut_off = core::unix_seconds(clock_.now() - remembered);
    OVERNIGHT_TRY_ASSIGN(const auto account, store_.account(account_.name));
    const std::int64_t released = core::unix_seconds(account.released);
    OVERNIGHT_TRY(providers::read_batch_list(
        account_, stop_,
        [&](providers::BatchView& batch) -> core::Result<> {
            const auto tag = model::parse_tag(batch.tag);
            if (!tag || tag->installation != store_.installation().id) return {};
            const bool ours = std::any_of(unsent.begin(), unsent.end(),
                                          [&](const auto& a) { return a.intent == tag->intent; });
            if (ours) {
                found.sent.push_back(tag->intent);
                return {};
            }
            OVERNIGHT_TRY_ASSIGN(const auto attempt, store_.find_intent(tag->intent));
            if (!attempt && batch.created_at > released) found.unknown.push_back(batch.id);
            return {};
        },
        [&](std::int64_t last_created) { return last_created < cut_off; }));
    return found;
}

Event Remote::delete_input(const model::Attempt& attempt) {
    return delete_input_file(attempt.file);
}

InputDeleted Remote::delete_input_file(const core::RemoteFileId& id) {
    const auto request = account_.adapter->delete_file(id);
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
