#include "cli/signals.hpp"

#include "cli/exit_code.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <system_error>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OVERNIGHT_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OVERNIGHT_SANITIZED 1
#endif
#endif

namespace overnight::cli {
namespace {

bool is_ignored(int signal) noexcept {
    struct sigaction old {};
    return ::sigaction(signal, nullptr, &old) == 0 && old.sa_handler == SIG_IGN;
}

void ignore(int signal) noexcept {
    struct sigaction action {};
    action.sa_handler = SIG_IGN;
    (void)::sigaction(signal, &action, nullptr);
}

#ifndef OVERNIGHT_SANITIZED
// Only async-signal-safe calls from here on.
extern "C" void on_fault(int) {
    static constexpr char text[] =
        "\novernight: error: state file damaged or disk error; see overnight doctor\n";
    (void)!::write(STDERR_FILENO, text, sizeof text - 1);
    ::_exit(static_cast<int>(ExitCode::damaged));
}

void install_fault_handler() noexcept {
    // A stack of its own, so that an exhausted stack can be reported as well; the main thread's
    // only.
    alignas(16) static std::array<std::byte, 64u << 10> stack;
    stack_t alternative{};
    alternative.ss_sp = stack.data();
    alternative.ss_size = stack.size();
    (void)::sigaltstack(&alternative, nullptr);
    struct sigaction action {};
    action.sa_handler = on_fault;
    action.sa_flags = SA_ONSTACK | static_cast<int>(SA_RESETHAND);
    (void)::sigaction(SIGBUS, &action, nullptr);
    (void)::sigaction(SIGSEGV, &action, nullptr);
}
#endif

}  // namespace

Signals::Signals() {
    ignore(SIGPIPE);
    ignore(SIGXFSZ);
#ifndef OVERNIGHT_SANITIZED
    install_fault_handler();
#endif
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        if (!is_ignored(signal)) ::sigaddset(&set, signal);
    if (const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0)
        throw std::system_error(error, std::generic_category(), "pthread_sigmask");
    signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    leave_ = ::eventfd(0, EFD_CLOEXEC);
    if (signals_ < 0 || leave_ < 0)
        throw std::system_error(errno, std::generic_category(), "signalfd");
    watcher_ = std::thread([this] { watch(); });
}

Signals::~Signals() {
    const std::uint64_t one = 1;
    (void)!::write(leave_, &one, sizeof one);
    watcher_.join();
    ::close(signals_);
    ::close(leave_);
}

void Signals::watch() noexcept {
    for (;;) {
        std::array<pollfd, 2> wait{{{signals_, POLLIN, 0}, {leave_, POLLIN, 0}}};
        if (::poll(wait.data(), wait.size(), -1) < 0) {
            if (errno == EINTR) continue;
            return;
        }
        if (wait[1].revents != 0) return;
        signalfd_siginfo info{};
        if (::read(signals_, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) continue;
        const int signal = static_cast<int>(info.ssi_signo);
        if (source_.stop_requested() && signal == SIGINT) {
            static constexpr char text[] = "\novernight: interrupted; the state is durable\n";
            (void)!::write(STDERR_FILENO, text, sizeof text - 1);
            ::_exit(static_cast<int>(ExitCode::interrupted));
        }
        source_.request_stop();
    }
}

void forbid_dumps() noexcept {
#if defined(NDEBUG) && !defined(OVERNIGHT_SANITIZED)
    (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

}  // namespace overnight::cli
