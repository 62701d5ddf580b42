// overnight emulator: a provider on loopback, until it is told to stop.
#include "emulator/emulator.hpp"

#include "cli/commands.hpp"
#include "cli/emulation.hpp"
#include "cli/json_text.hpp"
#include "cli/listen_address.hpp"
#include "cli/wake.hpp"

#include <boost/json/object.hpp>

#include <utility>

namespace overnight::cli {

core::Result<ExitCode> execute(const Session& session, const EmulatorCommand& command) {
    OVERNIGHT_TRY_ASSIGN(const auto listen, parse_listen_address(command.listen));
    emulator::Options options;
    options.address = listen.address;
    options.port = listen.port;
    options.ledger = command.emulation.ledger;
    options.state = command.state;
    if (command.emulation.speed > 0) options.speed = command.emulation.speed;
    OVERNIGHT_TRY_ASSIGN(options.faults, read_faults(command.emulation.faults));
    OVERNIGHT_TRY_ASSIGN(const auto emulator, emulator::Emulator::start(std::move(options)));
    if (session.json()) {
        boost::json::object object;
        object["listening"] = emulator->url();
        object["ledger"] = emulator->ledger().string();
        session.console.out(json_line(object));
    } else {
        session.console.out("listening on " + emulator->url() + "\n");
    }
    // Whoever started it waits for this line.
    OVERNIGHT_TRY(session.console.finish());
    Wake idle;
    while (!session.stop.stop_requested())
        idle.rest(std::chrono::hours{1}, session.stop);
    emulator->stop();
    return ExitCode::ok;
}

}  // namespace overnight::cli
