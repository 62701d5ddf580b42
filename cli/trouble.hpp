// What a waiting batch last met: the reason why a job stands still although nothing is held.
#pragma once

#include "core/clock.hpp"
#include "model/attempt.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace overnight::cli {

struct Trouble {
    std::uint64_t batch = 0;     ///< of the job, from 1
    bool ordinary = false;       ///< it is none: its lines are sent one by one
    std::string error;           ///< printable; in the provider's words, or ours
    core::TimePoint next_try{};  ///< zero: as soon as somebody works on it
};

/// The error that the attempt with the latest next try carries, among those that are still to get
/// on: unsent, in doubt, ended and not fetched, refused for now, or sent line by line. Pure.
std::optional<Trouble> trouble(std::span<const model::Attempt> attempts);

}  // namespace overnight::cli
