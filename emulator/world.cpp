// What requests share.
#include "emulator/world.hpp"

#include <algorithm>

namespace overnight::emulator {

std::unique_ptr<Executor> ExecutorPool::take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<Executor>();
    auto executor = std::move(idle_.back());
    idle_.pop_back();
    return executor;
}

void ExecutorPool::give_back(std::unique_ptr<Executor> executor) {
    constexpr std::size_t most_idle = 8;
    const std::lock_guard lock(mutex_);
    if (idle_.size() < most_idle) idle_.push_back(std::move(executor));
}

bool Pauses::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !stopped_.wait_for(lock, time, [this] { return stopping_; });
}

void Pauses::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    stopped_.notify_all();
}

core::Result<> World::set_faults(std::string_view json) {
    OVERNIGHT_TRY_ASSIGN(std::shared_ptr<const FaultScript> script, FaultScript::parse(json));
    faults.replace(script);
    if (const Rule* const foreign = script->first_world(Fault::foreign_batches)) {
        batches->add_foreign(static_cast<std::uint64_t>(
            std::clamp<std::int64_t>(foreign->integer("count", 1), 0, 10'000)));
    }
    batches->wake();
    return {};
}

}  // namespace overnight::emulator
