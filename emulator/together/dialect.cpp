// Together's row in the table of dialects.
#include "emulator/together/dialect.hpp"

#include "emulator/openai/dialect.hpp"

namespace overnight::emulator::together {

Dialect dialect() {
    return {Provider::together, front(), batch_format(), openai::make_request_format};
}

}  // namespace overnight::emulator::together
