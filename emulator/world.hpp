// Everything that a request can reach.
#pragma once

#include "emulator/batches.hpp"
#include "emulator/execute.hpp"
#include "emulator/gemini/upload_sessions.hpp"
#include "emulator/openai/uploads.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

namespace overnight::emulator {

/// Executors for ordinary calls: each is used by one thread at a time.
class ExecutorPool {
public:
    std::unique_ptr<Executor> take();
    void give_back(std::unique_ptr<Executor> executor);

private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<Executor>> idle_;
};

/// Real time for the faults that waste it; ends early when the emulator stops.
class Pauses {
public:
    /// False when the emulator is stopping.
    bool pause(std::chrono::milliseconds time);
    void stop();

private:
    std::mutex mutex_;
    std::condition_variable stopped_;
    bool stopping_ = false;
};

struct World {
    World(double speed, core::TimePoint start, std::shared_ptr<const FaultScript> script)
        : clock(speed, start), faults(std::move(script)) {}

    VirtualClock clock;
    FaultBook faults;
    std::unique_ptr<Journal> journal;
    std::unique_ptr<Ledger> ledger;
    std::unique_ptr<Files> files;
    std::unique_ptr<Batches> batches;
    openai::Uploads uploads;
    gemini::UploadSessions upload_sessions;
    ExecutorPool executors;
    Pauses pauses;
    PromptCache prompt_cache;
    std::atomic<std::uint64_t> requests{0};

    /// Puts a script into force, with what it wants to be there from the start.
    core::Result<> set_faults(std::string_view json);
};

}  // namespace overnight::emulator
