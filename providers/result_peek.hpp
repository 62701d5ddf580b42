// A look at the first line of a batch's results: whose batch it is.
#pragma once

#include "core/ids.hpp"
#include "providers/account.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace overnight::providers {

/// The custom_id of the first result line that can be read; nothing when there is none yet, or it
/// cannot be reached.
std::optional<std::string> first_custom_id(const Account& account,
                                           const core::RemoteFileId& results,
                                           std::string_view endpoint,
                                           const std::stop_token& stop);

}  // namespace overnight::providers
