// The calls that an attempt needs, over the account's transport: values in, events out.
#pragma once

#include "core/clock.hpp"
#include "model/attempt.hpp"
#include "providers/account.hpp"
#include "store/store.hpp"
#include "submitter/attempt_machine.hpp"

#include <stop_token>

namespace overnight::submitter {

model::Moment moment(const core::Clock& clock);

class Remote {
public:
    Remote(const store::Store& store,
           const core::Clock& clock,
           const providers::Account& account,
           std::stop_token stop)
        : store_(store), clock_(clock), account_(account), stop_(std::move(stop)) {}

    Event upload(const model::Attempt& attempt);
    Event search_upload(const model::Attempt& attempt);
    /// `commit` is called at most once, before the last byte.
    Event create(const model::Attempt& attempt,
                 const model::Job& job,
                 const std::function<core::Result<>()>& commit);
    /// A complete scan of the batch list, back to 15 minutes before the commit and to a batch that
    /// must be there.
    core::Result<Event> scan(const model::Attempt& attempt);
    /// The newest batch of the account's list.
    core::Result<Event> baseline();
    /// Whether the lists show that the store forgot creates (SUBMISSION 3.5): a batch with the tag
    /// of an attempt that was never sent, or with a tag of ours that the store does not know.
    struct Forgotten {
        std::vector<core::IntentId> sent;  ///< of `unsent`: their batches exist
        std::vector<core::RemoteBatchId> unknown;
    };
    core::Result<Forgotten> look_for_forgotten(const std::vector<model::Attempt>& unsent);
    Event delete_input(const model::Attempt& attempt);
    /// Best effort; for a batch that should not be.
    void cancel(const core::RemoteBatchId& batch);

private:
    Event search_chosen(const model::Attempt& attempt, const core::RemoteFileId& id);
    InputDeleted delete_input_file(const core::RemoteFileId& id);
    bool is_known(const core::RemoteBatchId& id) const;  ///< some attempt has that batch
    core::Result<Event> scan_tags(const model::Attempt& attempt);
    core::Result<Event> scan_since_baseline(const model::Attempt& attempt);
    /// Sorts the candidates that have ended by the custom_ids of their results.
    core::Result<> read_candidates(const model::Attempt& attempt,
                                   std::string_view endpoint,
                                   Scanned& scanned);
    core::Result<model::HttpResponse> send(const model::HttpRequest& request);
    /// Whether the provider shows our input file under this key: the control of an account without
    /// earlier batches.
    bool knows_input_file(const model::Attempt& attempt, std::string& why);
    /// What the reply's header, or the provider's own words in it, ask for.
    std::optional<core::Duration> wait_asked(const model::HttpResponse& response,
                                             const providers::Reply& meaning) const;

    const store::Store& store_;
    const core::Clock& clock_;
    const providers::Account& account_;
    std::stop_token stop_;
};

}  // namespace overnight::submitter
