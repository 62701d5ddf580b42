// Start and end of an emulator.
#include "emulator/emulator.hpp"

#include "emulator/service.hpp"
#include "net/server.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace overnight::emulator {

namespace {

constexpr double fastest = 1e6;

core::Result<std::filesystem::path> private_directory() {
    std::error_code error;
    std::string pattern =
        (std::filesystem::temp_directory_path(error) / "overnight-emulator-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        return core::Error(core::Errc::configuration,
                           "cannot make a temporary directory at " + pattern);
    }
    return std::filesystem::path(pattern);
}

// One emulator a state directory: the lock goes with the process.
core::Result<Descriptor> lock_state(const std::filesystem::path& directory) {
    const std::filesystem::path path = directory / "lock";
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file) return core::Error(core::Errc::configuration, "cannot use " + path.string());
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        return core::Error(core::Errc::conflict, "another emulator uses " + directory.string());
    }
    return file;
}

core::Result<> make_directories(const std::filesystem::path& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error)
        return core::Error(core::Errc::configuration,
                           "cannot make " + path.string() + ": " + error.message());
    return {};
}

}  // namespace

struct Emulator::Impl {
    ~Impl() {
        stop();
        world.reset();
        std::error_code ignored;
        if (temporary) std::filesystem::remove_all(state, ignored);
    }

    void stop() {
        if (!world || stopped) return;
        stopped = true;
        world->pauses.stop();
        if (server) server->stop();
        if (world->batches) world->batches->stop();
        if (!world->journal) return;
        // Carries the time: the clock of a next life must not fall behind this one's.
        (void)world->journal->put("stopped", "true");
    }

    core::Result<> build(const Options& options) {
        OVERNIGHT_TRY_ASSIGN(std::shared_ptr<const FaultScript> script,
                             FaultScript::parse(options.faults));
        temporary = options.state.empty();
        if (temporary) {
            OVERNIGHT_TRY_ASSIGN(state, private_directory());
        } else {
            state = options.state;
        }
        OVERNIGHT_TRY(make_directories(state / "blobs"));
        OVERNIGHT_TRY_ASSIGN(lock, lock_state(state));
        Journal::Contents contents;
        OVERNIGHT_TRY_ASSIGN(auto journal, Journal::open(state / "journal.jsonl", contents));
        const core::TimePoint wall = core::SystemClock().now();
        const core::TimePoint start =
            std::max(wall, core::TimePoint{core::Duration{contents.time}});
        world = std::make_unique<World>(options.speed, start, std::move(script));
        world->journal = std::move(journal);
        world->journal->set_clock(world->clock);
        ledger = options.ledger.empty() ? state / "ledger.jsonl" : options.ledger;
        OVERNIGHT_TRY_ASSIGN(world->ledger, Ledger::open(ledger, world->clock));
        world->files = std::make_unique<Files>(state / "blobs", *world->journal);
        world->files->restore(contents.files);
        const Batches::Config config{options.batch_time, options.workers, &world->prompt_cache};
        world->batches = std::make_unique<Batches>(config, world->clock, *world->ledger,
                                                   *world->journal, *world->files, world->faults);
        world->batches->restore(contents.batches);
        OVERNIGHT_TRY(world->set_faults(options.faults));
        world->batches->start();
        net::ServerConfig listen;
        listen.address = options.address;
        listen.port = options.port;
        OVERNIGHT_TRY_ASSIGN(
            server,
            net::Server::start(std::move(listen), [this](const auto& head, auto& body, auto& out) {
                return serve(*world, head, body, out);
            }));
        return {};
    }

    std::string address;
    std::filesystem::path state;
    std::filesystem::path ledger;
    bool temporary = false;
    bool stopped = false;
    Descriptor lock;
    std::unique_ptr<World> world;
    std::unique_ptr<net::Server> server;
};

Emulator::Emulator() : impl_(std::make_unique<Impl>()) {}
Emulator::~Emulator() {
    stop();
}

core::Result<std::unique_ptr<Emulator>> Emulator::start(Options options) {
    if (!std::isfinite(options.speed) || options.speed < 0 || options.speed > fastest) {
        return core::Error(core::Errc::invalid_input,
                           "the emulator's speed must be from 0 to 1000000");
    }
    if (options.batch_time.count() < 0) {
        return core::Error(core::Errc::invalid_input, "a batch's time must not be negative");
    }
    std::unique_ptr<Emulator> emulator(new Emulator());
    emulator->impl_->address = options.address;
    auto built = emulator->impl_->build(options);
    if (!built) return std::move(built).error().while_("starting the emulator");
    return emulator;
}

std::string Emulator::url() const {
    const std::string& address = impl_->address;
    const bool v6 = address.find(':') != std::string::npos;
    return "http://" + (v6 ? '[' + address + ']' : address) + ':' + std::to_string(port());
}

std::uint16_t Emulator::port() const noexcept {
    return impl_->server->port();
}

const std::filesystem::path& Emulator::ledger() const noexcept {
    return impl_->ledger;
}

void Emulator::advance(std::chrono::milliseconds virtual_time) {
    impl_->world->clock.advance(virtual_time);
    impl_->world->batches->wake();
}

core::Result<> Emulator::set_faults(std::string_view script) {
    return impl_->world->set_faults(script);
}

void Emulator::stop() {
    impl_->stop();
}

}  // namespace overnight::emulator
