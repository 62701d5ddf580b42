// Reads an account's list of batches page by page: the poller's sweep and the search for a lost
// create go through it.
#pragma once

#include "core/error.hpp"
#include "providers/account.hpp"

#include <functional>
#include <stop_token>
#include <string>

namespace overnight::providers {

/// What a reading came to. The list says something about what is *not* in it only when it is
/// `complete` and `orderly` (SUBMISSION 3.5).
struct ListRead {
    bool complete = false;  ///< to its end, or as far as was asked for
    bool orderly = true;  ///< newest first, each with its time, nothing twice, cursors that lead on
    bool unauthorized = false;  ///< the key was refused
    std::string why;            ///< when it is not complete or not orderly
};

/// `each` is called for every batch; an error of its ends the reading and is returned. `enough` is
/// asked behind each page, with the creation time of its last batch (Unix seconds; INT64_MAX when
/// no batch was seen): true ends the reading as complete. Reads at most 2,000 pages.
core::Result<ListRead> read_batch_list(
    const Account& account,
    const std::stop_token& stop,
    const std::function<core::Result<>(BatchView&)>& each,
    const std::function<bool(std::int64_t last_created)>& enough);

}  // namespace overnight::providers
