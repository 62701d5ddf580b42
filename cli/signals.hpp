// Signals: Ctrl-C and SIGTERM ask for a stop that leaves the job resumable; a second Ctrl-C ends at
// once.
#pragma once

#include <stop_token>
#include <thread>

namespace overnight::cli {

/// Made before any other thread, because the mask is inherited; lives as long as the program.
/// SIGINT, SIGTERM and SIGHUP are read by a thread of its own; one that the parent had ignored
/// stays ignored. SIGPIPE and SIGXFSZ are ignored, so that writes fail as errors. SIGBUS and
/// SIGSEGV end with 70 and a sentence: a mapped state file that was cut short shows itself that
/// way.
class Signals {
public:
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    std::stop_token stop() const noexcept { return source_.get_token(); }

private:
    void watch() noexcept;

    std::stop_source source_;
    int signals_ = -1;  ///< signalfd
    int leave_ = -1;    ///< eventfd
    std::thread watcher_;
};

/// No core dump, no ptrace by other processes of the user: the memory holds keys. Release builds
/// only.
void forbid_dumps() noexcept;

}  // namespace overnight::cli
