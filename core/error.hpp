// The one error type and the Result that carries it.
//
// Expected failures are values; exceptions mean bugs and exhausted memory. An Error holds a code
// that says what the caller can do next, a message of ours, the lines of context added on the way
// up, and, kept apart because it is untrusted, what a remote server said.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace overnight::core {

/// Chosen by what the caller does next, not by where the failure came from.
enum class Errc {
    invalid_input,  ///< the user's input, recipe or arguments: exit 1, say where and what to do
    configuration,  ///< configuration, key, environment: exit 78
    not_found,
    conflict,      ///< somebody else holds it, or it exists already
    unauthorized,  ///< key refused: the account is held
    rate_limited,
    unavailable,  ///< try again later
    timed_out,
    cancelled,  ///< the user or the service manager asked us to stop
    protocol,   ///< the remote broke its contract
    corrupt,    ///< our own data is damaged: exit 70
    out_of_space,
    held,  ///< a doubt about money, budget or quota: exit 75
    internal,
};

/// The name used in JSON output and logs, such as "invalid_input".
std::string_view name(Errc code) noexcept;

class [[nodiscard]] Error {
public:
    Error(Errc code, std::string message) : code_(code), message_(std::move(message)) {}

    Errc code() const noexcept { return code_; }
    const std::string& message() const noexcept { return message_; }
    /// What the remote server said. Untrusted: escape it before printing, never parse meaning out
    /// of it twice.
    const std::string& remote_detail() const noexcept { return remote_detail_; }
    const std::vector<std::string>& context() const noexcept { return context_; }

    /// Adds "while ..." information; the innermost comes first.
    Error&& while_(std::string doing) && {
        context_.push_back(std::move(doing));
        return std::move(*this);
    }
    /// Keeps at most 2 KiB of `detail`.
    Error&& remote(std::string_view detail) && {
        remote_detail_ = detail.substr(0, 2048);
        return std::move(*this);
    }
    /// One line: message, then the context in brackets. Does not hold remote_detail.
    std::string describe() const;

private:
    Errc code_;
    std::string message_;
    std::string remote_detail_;
    std::vector<std::string> context_;
};

/// std::expected's interface, as far as it is needed, until the oldest compiler has it.
template <class T>
class [[nodiscard]] Expected {
public:
    Expected(T value)
        : v_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
    Expected(Error error) : v_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

    bool has_value() const noexcept { return v_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }
    T& operator*() & { return std::get<0>(v_); }
    const T& operator*() const& { return std::get<0>(v_); }
    T&& operator*() && { return std::get<0>(std::move(v_)); }
    T* operator->() { return &std::get<0>(v_); }
    const T* operator->() const { return &std::get<0>(v_); }
    /// Throws std::logic_error with the error's text when there is no value: for tests and for
    /// "cannot fail".
    T& value() & {
        require();
        return std::get<0>(v_);
    }
    /// By value: what is bound to it, or iterated over, outlives the temporary.
    T value() && {
        require();
        return std::get<0>(std::move(v_));
    }
    const Error& error() const& { return std::get<1>(v_); }
    Error&& error() && { return std::get<1>(std::move(v_)); }

private:
    void require() const {
        if (!has_value()) throw std::logic_error(error().describe());
    }
    std::variant<T, Error> v_;
};

template <>
class [[nodiscard]] Expected<void> {
public:
    Expected() = default;
    Expected(Error error) : e_(std::move(error)) {}  // NOLINT: implicit by design

    bool has_value() const noexcept { return !e_; }
    explicit operator bool() const noexcept { return has_value(); }
    void value() const {
        if (e_) throw std::logic_error(e_->describe());
    }
    const Error& error() const& { return *e_; }
    Error&& error() && { return *std::move(e_); }

private:
    std::optional<Error> e_;
};

template <class T = void>
using Result = Expected<T>;

}  // namespace overnight::core

// The only flow-control macros of the project.
// OVERNIGHT_TRY(expr): returns the error of a Result<>, or goes on.
// OVERNIGHT_TRY_ASSIGN(decl, expr): the same, and binds the value: OVERNIGHT_TRY_ASSIGN(auto n,
// count(x));
#define OVERNIGHT_CONCAT_(a, b) a##b
#define OVERNIGHT_CONCAT(a, b) OVERNIGHT_CONCAT_(a, b)
#define OVERNIGHT_TRY(expr)                                            \
    do {                                                               \
        auto overnight_try_ = (expr);                                  \
        if (!overnight_try_) return std::move(overnight_try_).error(); \
    } while (false)
#define OVERNIGHT_TRY_ASSIGN(decl, expr)                                      \
    auto OVERNIGHT_CONCAT(overnight_try_, __LINE__) = (expr);                 \
    if (!OVERNIGHT_CONCAT(overnight_try_, __LINE__))                          \
        return std::move(OVERNIGHT_CONCAT(overnight_try_, __LINE__)).error(); \
    decl = *std::move(OVERNIGHT_CONCAT(overnight_try_, __LINE__))
