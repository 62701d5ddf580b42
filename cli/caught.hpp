// Exceptions are bugs, or memory that is not to be had; they become errors where threads end.
#pragma once

#include "core/error.hpp"
#include "core/text.hpp"

#include <exception>
#include <new>

namespace overnight::cli {

/// What `act()` gives, or Errc::internal with a sentence for what it threw.
template <class Act>
auto caught(const Act& act) -> decltype(act()) {
    try {
        return act();
    } catch (const std::bad_alloc&) {
        return core::Error(core::Errc::internal, "out of memory; the state is durable, run again");
    } catch (const std::exception& e) {
        return core::Error(core::Errc::internal,
                           "this is a bug of overnight: " + core::printable(e.what()));
    }
}

}  // namespace overnight::cli
