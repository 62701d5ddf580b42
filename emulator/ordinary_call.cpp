// Ordinary calls.
#include "emulator/ordinary_call.hpp"

namespace overnight::emulator {

core::Result<Executed> execute_ordinary(World& world,
                                        const Call& call,
                                        const OrdinaryCall& ordinary,
                                        const PaddedBody& body) {
    const Sha256 hash = sha256(body.view());
    const ExecutionRequest request{ordinary.endpoint, body.view(),           hash,
                                   ordinary.tier,     world.clock.seconds(), 0,
                                   ordinary.model,    ordinary.version,      &world.prompt_cache};
    Executed result;
    auto executor = world.executors.take();
    executor->run(request, *call.script, result);
    world.executors.give_back(std::move(executor));
    if (!result.billed) return result;
    std::string line;
    world.ledger->put_billed(
        line, {"", "", hash, result.input_tokens, result.output_tokens, name(ordinary.tier)});
    OVERNIGHT_TRY(world.ledger->append(line));
    return result;
}

}  // namespace overnight::emulator
