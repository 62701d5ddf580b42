// The attempt machine: how one shard is submitted exactly once over an API without idempotency keys
// (SUBMISSION 3).
//
// A value with one function: event in, action out. No I/O, no clock. Every action that may cost
// money carries the record that must be durable first; every answer that proves nothing leads to
// looking, never to sending again.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "model/attempt.hpp"
#include "providers/api.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace overnight::submitter {

struct AttemptPolicy {
    std::chrono::milliseconds poll{30'000};  ///< the unit of waiting after a failure that is free
    std::chrono::milliseconds list_lag{
        600'000};  ///< G: how long a new batch may stay out of the lists
    std::chrono::milliseconds settle{3'600'000};  ///< L + G: the wait where no fence exists
    bool fence = true;                            ///< deleting the input file stops a late create
    bool inline_body = false;  ///< there is no upload: the create carries the lines
    bool tagged = true;  ///< lists show our tag or our input file; without, a baseline is taken
    providers::Lost lost;
    std::uint64_t exposed_tokens = 0;  ///< what a second create of this attempt might cost
    std::string key_fingerprint;       ///< of the key at hand
};

// --- actions
/// Write `next` if the stored state is `expected`; answer with Saved.
struct Save {
    model::Attempt next;
    model::AttemptState expected{};
};
struct Upload {};        ///< send the file; answer with UploadReplied or UploadFailed
struct SearchUpload {};  ///< list files for our name and size; answer with UploadFound
/// Send the create. `commit` must be durable (expected: uploaded) before the last byte goes. Answer
/// with CreateEnded.
struct Create {
    model::Attempt commit;
};
struct TakeBaseline {};  ///< find the newest batch in the list; answer with BaselineTaken
struct Scan {};          ///< list batches back to 15 minutes before the commit; answer with Scanned
struct DeleteInput {};   ///< answer with InputDeleted
/// Nothing to do before `until`.
struct Rest {
    core::TimePoint until;
};
struct Over {};  ///< submitted, voided or held: the submitter is done with it
using Action =
    std::variant<Save, Upload, SearchUpload, TakeBaseline, Create, Scan, DeleteInput, Rest, Over>;

// --- events
struct Start {};  ///< a pass picks the attempt up, as it is stored
struct Saved {};
struct UploadReplied {
    providers::Reply reply;
    std::optional<providers::FileView> file;  ///< of an ok
    std::optional<core::Duration> retry_after;
};
struct UploadFailed {
    core::Error why;
};
struct UploadFound {
    bool complete = false;  ///< every page was read
    std::optional<providers::FileView> file;
};
struct BaselineTaken {
    bool complete = false;
    core::RemoteBatchId newest;  ///< empty: the list is empty
    std::string why;             ///< when not complete
    bool unauthorized = false;   ///< the key was refused
};
struct CreateNotSent {
    core::Error why;
};
struct CreateUnknown {  ///< no reply, or none that could be read
    std::string why;
};
struct CreateReplied {
    providers::Reply reply;
    std::optional<providers::BatchView> batch;  ///< of an ok
    std::optional<core::Duration> retry_after;
};
struct Scanned {
    bool complete = false;                   ///< SUBMISSION 3.5
    bool trusted = false;                    ///< a positive control was seen
    std::vector<providers::BatchView> hits;  ///< with our tag, our input file or our custom_ids
    std::string why;                         ///< when not complete or not trusted
    bool unauthorized = false;               ///< the key was refused
    /// Without tags: what came after the baseline, has as many requests, and may be ours.
    std::vector<providers::BatchView> candidates{};
    std::vector<std::string> strangers{};  ///< candidates that proved to be somebody else's
};
struct InputDeleted {
    bool gone = false;  ///< deleted: true, or not found, in the provider's own words
    std::string why;
};
using Event = std::variant<Start,
                           Saved,
                           UploadReplied,
                           UploadFailed,
                           UploadFound,
                           BaselineTaken,
                           CreateNotSent,
                           CreateUnknown,
                           CreateReplied,
                           Scanned,
                           InputDeleted>;

/// What the account should remember of what the attempt met; the driver applies it.
struct AccountNews {
    std::string hold_reason;                      ///< not empty: hold the account
    core::TimePoint hold_until{};                 ///< zero: until a person acts
    core::TimePoint create_after{};               ///< no create before
    std::optional<std::uint64_t> token_limit;     ///< learned for the job's model
    std::vector<core::RemoteBatchId> duplicates;  ///< to be cancelled: an incident
};

class AttemptMachine {
public:
    AttemptMachine(model::Attempt attempt, AttemptPolicy policy)
        : attempt_(std::move(attempt)), policy_(std::move(policy)) {}

    /// `now` is the moment at which the event is known.
    Action resume(const Event& event, const model::Moment& now);

    /// Told from within a Create, once its commit record is durable.
    void note_committed(const model::Attempt& commit);

    const model::Attempt& attempt() const noexcept { return attempt_; }
    const AccountNews& news() const noexcept { return news_; }

private:
    Action on(const Start&, const model::Moment& now);
    Action on(const Saved&, const model::Moment& now);
    Action on(const UploadReplied&, const model::Moment& now);
    Action on(const UploadFailed&, const model::Moment& now);
    Action on(const UploadFound&, const model::Moment& now);
    Action on(const BaselineTaken&, const model::Moment& now);
    Action on(const CreateNotSent&, const model::Moment& now);
    Action on(const CreateUnknown&, const model::Moment& now);
    Action on(const CreateReplied&, const model::Moment& now);
    Action on(const Scanned&, const model::Moment& now);
    Action on(const InputDeleted&, const model::Moment& now);

    /// The step that the stored state asks for.
    Action next_step(const model::Moment& now);
    Action save(model::AttemptState state, std::string evidence);
    Action upload_later(const model::Moment& now,
                        std::string why,
                        std::optional<core::Duration> wait);
    Action doubt(const model::Moment& now, std::string why);
    Action void_it(const model::Moment& now,
                   model::VoidReason reason,
                   std::string evidence,
                   core::Duration wait);
    Action adopt(const std::vector<providers::BatchView>& hits);
    Action after_empty_scan(const model::Moment& now);
    Action give_up(const model::Moment& now, std::string why);
    Action look_again(const model::Moment& now, core::Duration wait, std::string why);

    model::Attempt attempt_;
    AttemptPolicy policy_;
    AccountNews news_;
    model::AttemptState stored_state_{attempt_.state};  ///< what the store has
    bool first_upload_ = false;  ///< this machine began the upload: no earlier one can be there
};

/// Time between two moments: on the clock since boot within one boot; across boots by the wall, and
/// never less than nothing, so that a clock that jumps cannot shorten a wait by more than the jump.
core::Duration elapsed(const model::Moment& from, const model::Moment& to) noexcept;

}  // namespace overnight::submitter
