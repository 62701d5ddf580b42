// Gemini's row in the table of dialects.
#include "emulator/gemini/dialect.hpp"

namespace overnight::emulator::gemini {

Dialect dialect() {
    return {Provider::gemini, front(), batch_format(), make_request_format};
}

}  // namespace overnight::emulator::gemini
