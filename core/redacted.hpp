// A value that must not reach a log, an error or the disk.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace overnight::core {

/// Holds a secret. It has no stream operator and no implicit conversion; only reveal() gives the
/// value, and the only caller of reveal() for keys is net, when it writes the authorisation header.
/// Overwritten when it is destroyed, moved from or assigned to.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) { wipe(value); }
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { wipe(other.value_); }
    /// By value: the old text goes, and is overwritten, with `other`.
    Secret& operator=(Secret other) noexcept {
        value_.swap(other.value_);
        return *this;
    }
    ~Secret() { wipe(value_); }

    bool empty() const noexcept { return value_.empty(); }
    std::string_view reveal() const noexcept { return value_; }

private:
    static void wipe(std::string& value) noexcept;
    std::string value_;
};

/// Replaces every occurrence of `secret` in `text` by "[redacted]". A secret shorter than 8 bytes
/// is left alone.
std::string redact(std::string text, const Secret& secret);

}  // namespace overnight::core
