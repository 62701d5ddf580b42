// LMDB's return codes as our errors.
#pragma once

#include "core/error.hpp"

#include <string>

namespace overnight::store {

/// `doing` completes "cannot ...". Errc::out_of_space for a full map or disk, corrupt for what only
/// damage explains, configuration for missing permissions, else unavailable.
core::Error lmdb_error(int code, const std::string& doing);

}  // namespace overnight::store
