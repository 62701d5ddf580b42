// The fault script that is in force. It can be replaced while requests run; each holds the one it
// began with.
#pragma once

#include "emulator/faults.hpp"

#include <memory>
#include <mutex>

namespace overnight::emulator {

/// Any thread.
class FaultBook {
public:
    explicit FaultBook(std::shared_ptr<const FaultScript> script) : script_(std::move(script)) {}

    std::shared_ptr<const FaultScript> current() const {
        const std::lock_guard lock(mutex_);
        return script_;
    }
    void replace(std::shared_ptr<const FaultScript> script) {
        const std::lock_guard lock(mutex_);
        script_ = std::move(script);
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const FaultScript> script_;
};

}  // namespace overnight::emulator
