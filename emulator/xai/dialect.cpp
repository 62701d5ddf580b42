// xAI's row in the table of dialects.
#include "emulator/xai/dialect.hpp"

#include "emulator/openai/dialect.hpp"

namespace overnight::emulator::xai {

Dialect dialect() {
    return {Provider::xai, front(), batch_format(), openai::make_request_format};
}

}  // namespace overnight::emulator::xai
