// The gate before LMDB's write lock. That lock knows no time limit: a process that is stopped while
// it writes would hold up every other writer for ever, without a word.
#pragma once

#include "core/error.hpp"
#include "core/timed_mutex.hpp"
#include "jsonl/fd.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <utility>

namespace overnight::store {

/// One a process and folder, because its lock is the process's own: the kernel drops it when the
/// process dies, and tells others who has it. Any thread.
class WriterGate {
public:
    /// Opens DIR/writer.lock, or makes it.
    static core::Result<std::unique_ptr<WriterGate>> open(const std::filesystem::path& dir,
                                                          std::chrono::milliseconds patience);

    /// The right to write, until it is dropped.
    class Pass {
    public:
        Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
        Pass& operator=(Pass&& other) noexcept {
            std::swap(gate_, other.gate_);
            return *this;
        }
        ~Pass() {
            if (gate_) gate_->leave();
        }

    private:
        friend class WriterGate;
        explicit Pass(WriterGate& gate) noexcept : gate_(&gate) {}
        WriterGate* gate_;
    };
    /// Waits for as long as the gate's patience; then Errc::unavailable, naming the process that
    /// writes.
    core::Result<Pass> enter();

private:
    WriterGate(jsonl::Fd file, std::filesystem::path path, std::chrono::milliseconds patience)
        : file_(std::move(file)), path_(std::move(path)), patience_(patience) {}
    core::Error still_taken() const;
    void leave() noexcept;

    jsonl::Fd file_;
    std::filesystem::path path_;
    std::chrono::milliseconds patience_;
    core::TimedMutex threads_;  ///< of this process, which share its lock
};

}  // namespace overnight::store
