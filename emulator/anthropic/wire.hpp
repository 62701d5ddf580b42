// Batches as JSON (providers/anthropic.md 2.1).
#pragma once

#include "emulator/call.hpp"

#include <string>
#include <string_view>

namespace overnight::emulator::anthropic {

constexpr std::string_view id_prefix = "msgbatch_01";

/// "in_progress", "canceling" or "ended".
std::string_view status_name(BatchStatus status) noexcept;

/// "2026-06-22T15:40:08.480000+00:00".
std::string timestamp(core::TimePoint time);

/// As a client sees it at `now`. `base` is the address that the client used, for results_url.
void put_batch(std::string& out, const Batch& batch, core::TimePoint now, std::string_view base);

/// "http://" and the request's Host.
std::string base_of(const Call& call);
Reply batch_reply(World& world, const Call& call, const Batch& batch);

}  // namespace overnight::emulator::anthropic
