// Which program this is, and what it was built with.
#pragma once

#include <string>

namespace overnight::cli {

/// "0.1.0".
std::string version();
/// Several lines: the program's version, then LMDB, OpenSSL (as it runs) and Boost.
std::string version_text();

}  // namespace overnight::cli
