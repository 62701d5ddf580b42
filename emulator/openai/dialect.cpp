// OpenAI's row in the table of dialects.
#include "emulator/openai/dialect.hpp"

namespace overnight::emulator::openai {

Dialect dialect() {
    return {Provider::openai, front(), batch_format(), make_request_format};
}

}  // namespace overnight::emulator::openai
