#include "cli/keys.hpp"

#include "core/bytes.hpp"
#include "jsonl/fd.hpp"
#include "providers/api.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace overnight::cli {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using core::Secret;

constexpr std::size_t max_key_bytes = 4096;

enum class Permissions {
    strict,       ///< ours, closed to all others
    as_they_are,  ///< of a credential: the service manager made the file and its folder
};

Error unfit(std::string_view where, std::string_view why) {
    return {Errc::configuration, std::string(where) + ": " + std::string(why)};
}

Result<Secret> read_key(const std::filesystem::path& file, Permissions permissions) {
    const std::string where = jsonl::shown(file);
    const jsonl::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!fd) {
        if (errno == ELOOP) return unfit(where, "a key file may not be a symbolic link");
        if (errno == ENOENT) return Error(Errc::not_found, where + ": there is no such key file");
        const int why = errno;
        return Error(
            Errc::configuration,
            jsonl::system_error(why, "cannot read the key file " + where, Errc::configuration)
                .message());
    }
    struct stat s {};
    if (::fstat(fd.get(), &s) != 0) return unfit(where, "cannot look at the key file");
    if (!S_ISREG(s.st_mode)) return unfit(where, "a key file must be a regular file");
    if (permissions == Permissions::strict) {
        if (s.st_uid != ::geteuid())
            return unfit(
                where,
                "the key file belongs to somebody else; chown it to the user that runs this");
        const auto mode = s.st_mode & 07777;
        if (mode != 0400 && mode != 0600)
            return unfit(where, "the key file must be closed to others; chmod 600 " + where);
    }
    std::string text(max_key_bytes + 2, '\0');
    std::size_t length = 0;
    while (length < text.size()) {
        const auto n = ::read(fd.get(), text.data() + length, text.size() - length);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return unfit(where, "the key file cannot be read");
        if (n == 0) break;
        length += static_cast<std::size_t>(n);
    }
    text.resize(length);
    return check_key(std::move(text), where);
}

/// The key that the service manager gives under this name; nothing when it gives none.
Result<std::optional<Key>> credential(std::string_view stem, const Environment& env) {
    const std::string folder = env("CREDENTIALS_DIRECTORY");
    if (folder.empty()) return std::optional<Key>();
    const std::string name = std::string(stem) + ".key";
    auto key = read_key(std::filesystem::path(folder) / name, Permissions::as_they_are);
    if (key) return std::optional<Key>(Key{*std::move(key), "the credential " + name});
    if (key.error().code() == Errc::not_found) return std::optional<Key>();
    return std::move(key).error();
}

}  // namespace

KindVariables variables_of(std::string_view kind) {
    const auto* adapter = providers::find_adapter(kind);
    if (adapter == nullptr) return {};
    auto facts = adapter->key_facts();
    return {std::move(facts.variables), facts.base_url_variable};
}

Result<Secret> check_key(std::string text, std::string_view where) {
    Secret key([&] {
        if (text.ends_with('\n')) text.pop_back();
        return std::move(text);
    }());
    const std::string_view value = key.reveal();
    if (value.empty()) return unfit(where, "the key is empty");
    if (value.size() > max_key_bytes)
        return unfit(where, "this is no key: it is longer than 4 KiB");
    if (value.starts_with("\xef\xbb\xbf"))
        return unfit(where, "the key begins with a byte order mark; save it as plain ASCII");
    if (value.find('\r') != std::string_view::npos)
        return unfit(where, "the key has a carriage return in it; save it with Unix line ends");
    const auto odd = std::find_if(value.begin(), value.end(), [](char c) {
        const auto u = static_cast<unsigned char>(c);
        return u <= 0x20 || u >= 0x7f;
    });
    if (odd != value.end())
        return unfit(
            where, "the key has a blank, a second line or a byte in it that no key has, at byte " +
                       std::to_string(odd - value.begin()));
    return key;
}

Result<Secret> read_key_file(const std::filesystem::path& file) {
    auto key = read_key(file, Permissions::strict);
    if (!key && key.error().code() == Errc::not_found)
        return Error(Errc::configuration, key.error().message());
    return key;
}

Result<std::optional<Key>> look_for_key(std::string_view account,
                                        std::string_view kind,
                                        const std::filesystem::path& key_file,
                                        const Environment& env) {
    using Found = std::optional<Key>;
    OVERNIGHT_TRY_ASSIGN(auto own, credential(account, env));
    if (own) return own;
    if (!key_file.empty()) {
        OVERNIGHT_TRY_ASSIGN(auto key, read_key_file(key_file));
        return Found(Key{std::move(key), jsonl::shown(key_file)});
    }
    OVERNIGHT_TRY_ASSIGN(auto shared, credential(kind, env));
    if (shared) return shared;
    for (const char* variable : variables_of(kind).keys) {
        std::string text = env(variable);
        if (text.empty()) continue;
        OVERNIGHT_TRY_ASSIGN(auto key, check_key(std::move(text), variable));
        return Found(Key{std::move(key), variable, true});
    }
    return Found();
}

Result<Key> find_key(std::string_view account,
                     std::string_view kind,
                     const std::filesystem::path& key_file,
                     const Environment& env) {
    OVERNIGHT_TRY_ASSIGN(auto found, look_for_key(account, kind, key_file, env));
    if (found) return *std::move(found);
    const auto variables = variables_of(kind);
    std::string how = "there is no key for the provider '" + std::string(account) + "'; ";
    if (!variables.keys.empty()) how += "set " + std::string(variables.keys.front()) + ", or ";
    how += "name a key_file in [provider." + std::string(account) +
           "] of the configuration, or give the service the credential " + std::string(kind) +
           ".key; to try a recipe without a key: --emulate";
    return Error(Errc::configuration, std::move(how));
}

std::string key_fingerprint(std::string_view salt, const Secret& key) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    const std::string_view value = key.reveal();
    ::HMAC(EVP_sha256(), salt.data(), static_cast<int>(salt.size()),
           reinterpret_cast<const unsigned char*>(value.data()), value.size(), digest.data(),
           &length);
    return core::hex({reinterpret_cast<const char*>(digest.data()), std::min(length, 4u)});
}

}  // namespace overnight::cli
