// A transport that tells about every sign of life, and whether the key was refused.
#pragma once

#include "core/clock.hpp"
#include "model/transport.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

namespace overnight::cli {

/// Passes everything on to `inner`; `alive` is called when a call begins and ends, and with every
/// piece of a download. Within a call net's own deadlines hold.
class WatchedTransport final : public model::Transport {
public:
    WatchedTransport(std::unique_ptr<model::Transport> inner, std::function<void()> alive)
        : inner_(std::move(inner)), alive_(std::move(alive)) {}

    core::Result<model::HttpResponse> send(const model::HttpRequest& request,
                                           std::stop_token stop) override {
        alive_();
        return seen(inner_->send(request, std::move(stop)));
    }

    core::Result<model::HttpResponse> upload(const model::HttpRequest& request,
                                             std::stop_token stop) override {
        alive_();
        return seen(inner_->upload(request, std::move(stop)));
    }

    model::CreateOutcome create(const model::HttpRequest& request,
                                const std::function<core::Result<>()>& commit,
                                std::stop_token stop) override {
        alive_();
        auto outcome = inner_->create(request, commit, std::move(stop));
        alive_();
        return outcome;
    }

    core::Result<model::HttpResponse> download(
        const model::HttpRequest& request,
        const std::function<core::Result<>(std::string_view)>& sink,
        std::uint64_t max_bytes,
        std::stop_token stop) override {
        alive_();
        const auto watched = [&](std::string_view bytes) {
            alive_();
            return sink(bytes);
        };
        return seen(inner_->download(request, watched, max_bytes, std::move(stop)));
    }

    void abandon() override { inner_->abandon(); }

    /// The last reply of a call that is free of charge was 401 or 403. Any thread.
    bool refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

private:
    core::Result<model::HttpResponse> seen(core::Result<model::HttpResponse> reply) {
        alive_();
        if (reply)
            refused_.store(reply->status == 401 || reply->status == 403, std::memory_order_relaxed);
        return reply;
    }

    std::unique_ptr<model::Transport> inner_;
    std::function<void()> alive_;
    std::atomic<bool> refused_{false};
};

/// The same for a pass that computes: it reads the clock at every step.
class WatchedClock final : public core::Clock {
public:
    WatchedClock(const core::Clock& inner, std::function<void()> alive)
        : inner_(inner), alive_(std::move(alive)) {}

    core::TimePoint now() const override {
        alive_();
        return inner_.now();
    }
    core::Duration since_boot() const override { return inner_.since_boot(); }
    const std::string& boot_id() const override { return inner_.boot_id(); }

private:
    const core::Clock& inner_;
    std::function<void()> alive_;
};

}  // namespace overnight::cli
