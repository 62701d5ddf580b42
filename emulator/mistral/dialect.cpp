// Mistral's row in the table of dialects.
#include "emulator/mistral/dialect.hpp"

#include "emulator/openai/dialect.hpp"

namespace overnight::emulator::mistral {

Dialect dialect() {
    return {Provider::mistral, front(), batch_format(), openai::make_request_format};
}

}  // namespace overnight::emulator::mistral
