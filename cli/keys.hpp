// API keys: where they come from, and which files are fit to hold one. A key never reaches an
// argument, a log, an error or the disk; outside this file and net/ only its fingerprint is known.
#pragma once

#include "cli/environment.hpp"
#include "core/error.hpp"
#include "core/redacted.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::cli {

struct Key {
    core::Secret value;
    std::string
        source;  ///< for people: "the credential openai.key", a file's path, "OPENAI_API_KEY"
    bool from_environment = false;
};

/// What a kind's users expect to find in the environment.
struct KindVariables {
    std::vector<const char*> keys;   ///< "OPENAI_API_KEY"; the first that is set counts
    const char* base_url = nullptr;  ///< "OPENAI_BASE_URL"
};
/// What the kind's adapter says; empty for an unknown kind.
KindVariables variables_of(std::string_view kind);

/// In this order: the credential <account>.key, then `key_file` when it is not empty, then what
/// serves every account of the kind: the credential <kind>.key and the kind's variable. So an
/// account with a key of its own never sends another one's to its base_url. The first that exists
/// decides: when it is unfit, that is Errc::configuration, not a reason to look further. Nothing
/// when there is none.
core::Result<std::optional<Key>> look_for_key(std::string_view account,
                                              std::string_view kind,
                                              const std::filesystem::path& key_file,
                                              const Environment& env);

/// As look_for_key(); without any key the error names all the ways to give one.
core::Result<Key> find_key(std::string_view account,
                           std::string_view kind,
                           const std::filesystem::path& key_file,
                           const Environment& env);

/// Strips one line end; refuses what no key is: empty, a byte order mark, blanks or control
/// characters inside, bytes that are not ASCII, more than 4 KiB. `where` names the source in the
/// message.
core::Result<core::Secret> check_key(std::string text, std::string_view where);

/// A regular file, not a symbolic link, ours, mode 0400 or 0600, with a key as check_key() takes
/// it.
core::Result<core::Secret> read_key_file(const std::filesystem::path& file);

/// The first 8 hexadecimal digits of HMAC-SHA256(salt, key): tells keys apart, and tells nothing
/// about one.
std::string key_fingerprint(std::string_view salt, const core::Secret& key);

}  // namespace overnight::cli
