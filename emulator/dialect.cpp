// The dialects that there are.
#include "emulator/dialect.hpp"

#include "emulator/anthropic/dialect.hpp"
#include "emulator/gemini/dialect.hpp"
#include "emulator/mistral/dialect.hpp"
#include "emulator/openai/dialect.hpp"
#include "emulator/together/dialect.hpp"
#include "emulator/xai/dialect.hpp"

#include <cstdlib>
#include <vector>

namespace overnight::emulator {

std::span<const Dialect> dialects() noexcept {
    // OpenAI's is the last: it owns what nobody else does.
    static const std::vector<Dialect> table{gemini::dialect(),   anthropic::dialect(),
                                            together::dialect(), mistral::dialect(),
                                            xai::dialect(),      openai::dialect()};
    return table;
}

const Dialect& dialect(Provider provider) noexcept {
    for (const Dialect& one : dialects()) {
        if (one.provider == provider) return one;
    }
    std::abort();
}

const Dialect& dialect_of(const Call& call) noexcept {
    for (const Dialect& one : dialects()) {
        if (one.front.owns(call)) return one;
    }
    return dialects().back();
}

Reply refuse(const Call& call, const ApiError& error) {
    return call.dialect->front.error_reply(call, error);
}

}  // namespace overnight::emulator
