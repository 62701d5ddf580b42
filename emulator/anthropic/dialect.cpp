// Anthropic's row in the table of dialects.
#include "emulator/anthropic/dialect.hpp"

namespace overnight::emulator::anthropic {

Dialect dialect() {
    return {Provider::anthropic, front(), batch_format(), make_request_format};
}

}  // namespace overnight::emulator::anthropic
