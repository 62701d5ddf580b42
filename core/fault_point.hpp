// Named places where a test may kill the process.
//
// They are compiled into the shipped binary, so that what is tested is what is shipped.
// OVERNIGHT_FAULT=NAME:N in the environment makes the process _exit(137) at the Nth passage of
// point NAME; OVERNIGHT_FAULT_TRACE=FILE appends the name of each point passed to FILE. Without
// either a point costs one relaxed load.
#pragma once

#include <atomic>

namespace overnight::core {

namespace detail {
extern std::atomic<bool> fault_points_on;
void pass_fault_point(const char* name) noexcept;
}  // namespace detail

/// `name` is a literal such as "shard.renamed". Any thread.
inline void fault_point(const char* name) noexcept {
    if (detail::fault_points_on.load(std::memory_order_relaxed)) detail::pass_fault_point(name);
}

}  // namespace overnight::core
