// Result files onto the disk: whole, verified against their length, durable before they have a
// name.
#pragma once

#include "core/error.hpp"
#include "core/ids.hpp"
#include "providers/account.hpp"

#include <cstdint>
#include <filesystem>
#include <stop_token>

namespace overnight::poller {

struct Downloaded {
    std::uint64_t bytes = 0;
    std::uint64_t lines = 0;
};

/// Fetches one file of the provider's into `target`, replacing what is there; where results come in
/// pages, all of them. Errors: not_found (the provider knows no such file), protocol (cut, wrong
/// length, pages without end), unavailable (also of a file that still grows), out_of_space and what
/// the transport says; nothing has the name then that did not have it before.
core::Result<Downloaded> download(const providers::Account& account,
                                  const core::RemoteFileId& file,
                                  const std::filesystem::path& target,
                                  std::stop_token stop);

}  // namespace overnight::poller
