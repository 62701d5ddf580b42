// The table of dialects: all that the emulator knows about a provider hangs on one row of it.
#pragma once

#include "emulator/batch_format.hpp"
#include "emulator/front.hpp"
#include "emulator/provider.hpp"
#include "emulator/request_format.hpp"

#include <memory>
#include <span>

namespace overnight::emulator {

struct Dialect {
    Provider provider;
    const Front& front;
    const BatchFormat& batches;
    std::unique_ptr<RequestFormat> (*make_request_format)();
};

/// In the order in which they are asked whose a request is; the last owns what nobody else does.
std::span<const Dialect> dialects() noexcept;
/// Aborts when the provider has no dialect: a bug.
const Dialect& dialect(Provider provider) noexcept;
const Dialect& dialect_of(const Call& call) noexcept;
/// The error in the words of the call's dialect.
Reply refuse(const Call& call, const ApiError& error);

}  // namespace overnight::emulator
