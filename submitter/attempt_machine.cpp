#include "submitter/attempt_machine.hpp"

#include <algorithm>
#include <array>

namespace overnight::submitter {
namespace {

using model::AttemptState;
using model::VoidReason;
using providers::ReplyClass;

constexpr std::uint16_t scans_needed = 3;
constexpr std::uint16_t scans_without_tags = 6;
constexpr std::uint16_t tries_of_a_name = 5;
constexpr int longest_backoff = 6;                // 2^6 polls
constexpr std::chrono::hours longest_unread{48};  // a batch ends within 24 hours

core::Duration backoff(core::Duration unit, int tries) {
    return unit * (1 << std::clamp(tries, 0, longest_backoff));
}

std::string words(const providers::Reply& reply) {
    std::string text{providers::name(reply.what)};
    if (!reply.code.empty()) text += " (" + reply.code + ")";
    return text;
}

}  // namespace

core::Duration elapsed(const model::Moment& from, const model::Moment& to) noexcept {
    const core::Duration span = from.boot_id == to.boot_id ? to.since_boot - from.since_boot
                                                           : core::Duration{to.wall - from.wall};
    return std::max(span, core::Duration{0});
}

Action AttemptMachine::resume(const Event& event, const model::Moment& now) {
    return std::visit([&](const auto& e) { return on(e, now); }, event);
}

void AttemptMachine::note_committed(const model::Attempt& commit) {
    attempt_ = commit;
    stored_state_ = AttemptState::committing;
}

Action AttemptMachine::save(AttemptState state, std::string evidence) {
    attempt_.state = state;
    if (!evidence.empty()) attempt_.evidence = std::move(evidence);
    return Save{attempt_, stored_state_};
}

Action AttemptMachine::on(const Start&, const model::Moment& now) {
    if (attempt_.state == AttemptState::committing)
        return doubt(now, "the process ended while the create was under way");
    if (attempt_.due > now.wall) return Rest{attempt_.due};
    return next_step(now);
}

Action AttemptMachine::on(const Saved&, const model::Moment& now) {
    stored_state_ = attempt_.state;
    if (attempt_.due > now.wall) return Rest{attempt_.due};
    return next_step(now);
}

Action AttemptMachine::next_step(const model::Moment& now) {
    switch (attempt_.state) {
    case AttemptState::rendered:
        if (policy_.inline_body)
            return save(AttemptState::uploaded, "the create will carry the lines");
        first_upload_ = true;
        return save(AttemptState::uploading, "");
    case AttemptState::uploading:
        // Another process, or an upload whose reply was lost, may have left the file there already.
        if (!first_upload_) return SearchUpload{};
        first_upload_ = false;
        ++attempt_.upload_tries;
        return Upload{};
    case AttemptState::uploaded: {
        if (!policy_.tagged && !attempt_.lookout.taken) return TakeBaseline{};
        model::Attempt commit = attempt_;
        commit.state = AttemptState::committing;
        commit.committed = now;
        commit.key_fingerprint = policy_.key_fingerprint;
        return Create{std::move(commit)};
    }
    case AttemptState::ambiguous:
    case AttemptState::fenced:
        if (attempt_.key_fingerprint != policy_.key_fingerprint) {
            news_.hold_reason =
                "a create made with another key is in doubt; only that key's lists can tell what "
                "became of it: put "
                "the old key back";
            return Rest{now.wall + policy_.list_lag};
        }
        return Scan{};
    default:
        return Over{};
    }
}

// --- uploads: free of charge, so they may be repeated; a file that is there already is used

Action AttemptMachine::upload_later(const model::Moment& now,
                                    std::string why,
                                    std::optional<core::Duration> wait) {
    attempt_.error = std::move(why);
    attempt_.due = now.wall + wait.value_or(backoff(policy_.poll, attempt_.upload_tries - 1));
    return save(AttemptState::uploading, "");
}

Action AttemptMachine::on(const UploadFailed& event, const model::Moment& now) {
    return upload_later(now, event.why.describe(), std::nullopt);
}

Action AttemptMachine::on(const UploadReplied& event, const model::Moment& now) {
    switch (event.reply.what) {
    case ReplyClass::ok:
        if (!event.file)
            return upload_later(now, "the upload's reply could not be read", std::nullopt);
        if (event.file->bytes != attempt_.file_bytes)
            return upload_later(now,
                                "the provider stored " + std::to_string(event.file->bytes) +
                                    " of " + std::to_string(attempt_.file_bytes) + " bytes",
                                std::nullopt);
        if (event.file->state == providers::FileState::failed)
            return upload_later(now, "the provider cannot read the file", std::nullopt);
        if (event.file->state == providers::FileState::pending)
            return upload_later(now, "the provider still looks at the file", policy_.poll);
        attempt_.file = event.file->id;
        attempt_.error.clear();
        attempt_.due = {};
        return save(AttemptState::uploaded, "uploaded");
    case ReplyClass::rejected:
        attempt_.error = event.reply.message;
        return void_it(now, VoidReason::rejected, "the upload was refused: " + words(event.reply),
                       core::Duration{0});
    case ReplyClass::not_found:
        news_.hold_reason =
            "the provider has no such route: is base_url right? " + words(event.reply);
        return upload_later(now, event.reply.message, policy_.list_lag);
    case ReplyClass::unauthorized:
    case ReplyClass::quota:
        news_.hold_reason = "the provider refused the upload: " + words(event.reply);
        return upload_later(now, event.reply.message, policy_.list_lag);
    default:
        // A name that is taken by what nobody can see: another intent brings another name.
        if (event.reply.code == "ALREADY_EXISTS" && attempt_.upload_tries >= tries_of_a_name)
            return void_it(now, VoidReason::later, "the upload's name is taken for good",
                           core::Duration{0});
        return upload_later(now, words(event.reply) + ": " + event.reply.message,
                            event.retry_after);
    }
}

Action AttemptMachine::on(const UploadFound& event, const model::Moment& now) {
    if (event.file && event.file->state == providers::FileState::pending)
        return upload_later(now, "the provider still looks at the file", policy_.poll);
    if (event.file && event.file->bytes == attempt_.file_bytes) {
        attempt_.file = event.file->id;
        attempt_.error.clear();
        attempt_.due = {};
        return save(AttemptState::uploaded, "found the upload in the file list");
    }
    if (!event.complete) return upload_later(now, "the file list could not be read", std::nullopt);
    ++attempt_.upload_tries;
    return Upload{};
}

// --- the create

Action AttemptMachine::on(const BaselineTaken& event, const model::Moment& now) {
    // Without an upload it is the first call that needs the key.
    if (event.unauthorized)
        news_.hold_reason =
            "the provider refuses the key; put a valid one in place, then: overnight "
            "doctor --release " +
            attempt_.account.v;
    if (!event.complete)
        return look_again(now, policy_.poll, "no baseline before the create: " + event.why);
    attempt_.lookout.taken = true;
    attempt_.lookout.baseline = event.newest;
    return next_step(now);
}

Action AttemptMachine::on(const CreateNotSent& event, const model::Moment& now) {
    attempt_.lookout = {};  // the next try takes a baseline of its own
    // Whether the commit record was written or not, the last byte was not sent: the provider cannot
    // have acted.
    if (event.why.code() == core::Errc::cancelled) {  // our own doing: nothing to wait for
        attempt_.due = {};
        return save(AttemptState::uploaded, "the create was stopped before it was sent");
    }
    if (event.why.code() == core::Errc::unauthorized)
        news_.hold_reason = "the provider refused a batch: " + event.why.message();
    news_.create_after = now.wall + backoff(policy_.poll, attempt_.upload_tries);
    if (attempt_.upload_tries < UINT16_MAX) ++attempt_.upload_tries;
    attempt_.error = event.why.describe();
    attempt_.due = news_.create_after;
    return save(AttemptState::uploaded, "the create was not sent");
}

Action AttemptMachine::on(const CreateUnknown& event, const model::Moment& now) {
    return doubt(now, event.why);
}

Action AttemptMachine::on(const CreateReplied& event, const model::Moment& now) {
    const auto& reply = event.reply;
    const core::Duration wait = std::max<core::Duration>(
        event.retry_after.value_or(backoff(policy_.poll, attempt_.key.attempt)), policy_.poll);
    switch (reply.what) {
    case ReplyClass::ok: {
        if (!event.batch) return doubt(now, "a success without a usable batch id");
        const auto& batch = *event.batch;
        // The echo: metadata may be dropped by the provider, the input file may not.
        const bool ours =
            policy_.tagged
                ? batch.input_file == attempt_.file || batch.tag == attempt_.tag
                : batch.total == attempt_.requests && batch.id != attempt_.lookout.baseline;
        if (!ours) return doubt(now, "the reply names a batch that is not this one");
        attempt_.batch = batch.id;
        attempt_.status = batch.status;
        attempt_.status_word = batch.status_word;
        attempt_.error.clear();
        attempt_.due = {};
        return save(AttemptState::submitted, policy_.tagged && batch.tag.empty()
                                                 ? "created; the tag was dropped"
                                                 : "created");
    }
    case ReplyClass::not_found:
        // A create that names nothing can miss nothing but its route, as an upload can.
        if (policy_.inline_body) {
            attempt_.error = reply.message;
            news_.hold_reason =
                "the provider has no such route: is base_url right? " + words(reply);
            return void_it(now, VoidReason::later, "the create was refused: " + words(reply), wait);
        }
        [[fallthrough]];
    case ReplyClass::rejected:
        attempt_.error = reply.message;
        if (reply.code == "file_not_found") {
            news_.create_after = now.wall + wait;
            return void_it(now, VoidReason::later, "the create was refused: " + words(reply), wait);
        }
        return void_it(now, VoidReason::rejected, "the create was refused: " + words(reply),
                       core::Duration{0});
    case ReplyClass::rate_limited:
        attempt_.error = reply.message;
        news_.create_after = now.wall + wait;
        return void_it(now, VoidReason::later, "the create was refused for now: " + words(reply),
                       wait);
    case ReplyClass::token_limit:
        attempt_.error = reply.message;
        news_.create_after = now.wall + wait;
        return void_it(now, VoidReason::token_limit, "no room among the enqueued tokens", wait);
    case ReplyClass::unauthorized:
    case ReplyClass::quota:
        attempt_.error = reply.message;
        news_.hold_reason = "the provider refused a batch: " + words(reply);
        return void_it(now, VoidReason::later, "the create was refused: " + words(reply),
                       core::Duration{0});
    case ReplyClass::retry:
    case ReplyClass::ambiguous:
        break;
    }
    return doubt(now, "the provider answered " + words(reply));
}

Action AttemptMachine::doubt(const model::Moment& now, std::string why) {
    attempt_.doubted = now;
    attempt_.empty_scans = 0;
    attempt_.lookout.unproven_scans = 0;
    attempt_.due = {};
    return save(AttemptState::ambiguous, "in doubt: " + std::move(why));
}

Action AttemptMachine::void_it(const model::Moment& now,
                               VoidReason reason,
                               std::string evidence,
                               core::Duration wait) {
    attempt_.void_reason = reason;
    attempt_.ended = now.wall;
    attempt_.due = now.wall + wait;
    return save(AttemptState::voided, std::move(evidence));
}

// --- the resolution of a create that is in doubt: look, fence, look again

Action AttemptMachine::on(const Scanned& event, const model::Moment& now) {
    if (event.unauthorized)
        news_.hold_reason =
            "the provider refuses the key, and a batch is in doubt until its lists can be read";
    auto& strangers = attempt_.lookout.strangers;
    strangers.insert(strangers.end(), event.strangers.begin(), event.strangers.end());
    if (!event.hits.empty()) return adopt(event.hits);
    if (event.candidates.size() == 1 && policy_.lost.dedicated) {
        attempt_.lookout.provisional = true;
        return adopt(event.candidates);
    }
    // Whether one of them is ours shows when it has ended: only time is lost.
    if (!event.candidates.empty() &&
        elapsed(attempt_.doubted, now) >= policy_.settle + longest_unread)
        return give_up(now, std::to_string(event.candidates.size()) +
                                " batches may be the lost one, and their results cannot be read");
    if (!event.candidates.empty())
        return look_again(now, policy_.poll,
                          std::to_string(event.candidates.size()) +
                              " batches may be the lost one; their results will tell");
    if (event.complete && event.trusted) return after_empty_scan(now);
    auto& unproven = attempt_.lookout.unproven_scans;
    if (event.complete && unproven < UINT16_MAX) ++unproven;
    // Time alone is not enough: a night in suspension is long, and its first list may be an old
    // one.
    const bool for_ever = !policy_.fence && event.complete && unproven >= scans_without_tags &&
                          elapsed(attempt_.doubted, now) >= policy_.settle;
    if (for_ever) return give_up(now, "the list proves nothing: " + event.why);
    return look_again(now, policy_.poll, "the list proves nothing: " + event.why);
}

Action AttemptMachine::adopt(const std::vector<providers::BatchView>& hits) {
    const auto earliest =
        std::min_element(hits.begin(), hits.end(),
                         [](const auto& a, const auto& b) { return a.created_at < b.created_at; });
    for (const auto& hit : hits)
        if (hit.id != earliest->id) news_.duplicates.push_back(hit.id);
    if (!news_.duplicates.empty())
        news_.hold_reason = "the provider made one batch twice (intent " + attempt_.intent.v +
                            "); the later ones are being cancelled: look at the provider's console";
    attempt_.batch = earliest->id;
    attempt_.status = earliest->status;
    attempt_.status_word = earliest->status_word;
    attempt_.error.clear();
    attempt_.due = {};
    std::string evidence = "found by its custom_ids";
    if (earliest->tag == attempt_.tag) {
        evidence = "found by its tag";
    } else if (attempt_.lookout.provisional) {
        evidence = "the one batch since the baseline with as many requests";
    } else if (policy_.tagged) {
        evidence = "found by its input file";
    }
    return save(AttemptState::submitted, std::move(evidence));
}

/// Nothing proves that the create took no effect, and nothing ever will: only a person can say that
/// its rows are sent again.
Action AttemptMachine::give_up(const model::Moment& now, std::string why) {
    if (attempt_.lookout.signed_off && policy_.lost.policy == providers::Lost::Policy::resubmit)
        return void_it(now, VoidReason::absent,
                       "a person accepts that its rows may be paid twice: " + why,
                       core::Duration{0});
    attempt_.due = {};
    attempt_.error = why;
    return save(AttemptState::hold,
                "a create may have taken effect and cannot be found (" + why +
                    "); to send its rows again at the risk of paying twice: on_ambiguous = "
                    "\"resubmit\" in [provider." +
                    attempt_.account.v + "], then overnight doctor --release " +
                    attempt_.account.v);
}

Action AttemptMachine::look_again(const model::Moment& now, core::Duration wait, std::string why) {
    attempt_.due = now.wall + wait;
    return save(attempt_.state, std::move(why));
}

Action AttemptMachine::after_empty_scan(const model::Moment& now) {
    const bool fenced = attempt_.state == AttemptState::fenced;
    if (!fenced && policy_.fence) {
        if (attempt_.empty_scans > 0) return DeleteInput{};
        // Durable before the file goes: from now on its absence is our doing, and proves nothing
        // else.
        attempt_.empty_scans = 1;
        return save(AttemptState::ambiguous, "not in the lists; the input file is to be deleted");
    }
    if (attempt_.empty_scans < UINT16_MAX) ++attempt_.empty_scans;
    const auto waited = elapsed(fenced ? attempt_.fenced : attempt_.doubted, now);
    const auto needed = fenced ? policy_.list_lag : policy_.settle;
    const bool over = waited >= needed &&
                      attempt_.empty_scans >= (policy_.tagged ? scans_needed : scans_without_tags);
    if (over && !policy_.tagged) {
        if (policy_.lost.policy == providers::Lost::Policy::hold)
            return give_up(now,
                           "not in the lists for " + std::to_string(waited.count() / 1000) + " s");
        if (policy_.exposed_tokens > policy_.lost.most_exposed_tokens)
            return give_up(now, "its " + std::to_string(policy_.exposed_tokens) +
                                    " input tokens are more than exposed_tokens allows");
    }
    if (over)
        return void_it(
            now, VoidReason::absent,
            (fenced ? "not in the lists, and its input file is gone: " : "not in the lists: ") +
                std::to_string(attempt_.empty_scans) + " complete scans in " +
                std::to_string(waited.count() / 1000) + " s",
            core::Duration{0});
    // At 1/20, 1/10, 1/5, 1/2 and the whole of the wait: 0.5, 1, 2, 5, 10 minutes of the default.
    constexpr std::array<int, 5> parts{20, 10, 5, 2, 1};
    core::Duration next = waited + std::max(needed / 20, core::Duration{1});
    for (const int part : parts)
        if (needed / part > waited) {
            next = needed / part;
            break;
        }
    return look_again(now, next - waited, "not in the lists so far");
}

Action AttemptMachine::on(const InputDeleted& event, const model::Moment& now) {
    if (!event.gone)
        return look_again(now, policy_.poll, "the input file could not be deleted: " + event.why);
    attempt_.fenced = now;
    attempt_.empty_scans = 0;
    attempt_.due = now.wall + std::max(policy_.list_lag / 20, core::Duration{1});
    return save(AttemptState::fenced,
                "in doubt; the input file is deleted, so a late create cannot run");
}

}  // namespace overnight::submitter
