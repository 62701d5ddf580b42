// The provider emulator: batches and the ordinary endpoints of OpenAI, Gemini and Anthropic, on
// loopback.
//
// It is written from the providers' documentation alone and shares no code with the client's side.
// Its answers are a pure function of the request, its clock may run fast, its ledger tells what was
// received and what was billed, and a fault script makes it misbehave in the ways that providers
// were seen to (README.md of this folder).
#pragma once

#include "core/error.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace overnight::emulator {

struct Options {
    std::string address = "127.0.0.1";  ///< loopback only
    std::uint16_t port = 0;             ///< 0: the kernel picks
    std::filesystem::path ledger;       ///< append-only JSONL; empty: ledger.jsonl inside `state`
    std::filesystem::path state;  ///< files and batches, found again after a restart; empty: a
                                  ///< private temporary directory, removed at the end
    double speed = 1.0;  ///< virtual seconds a real second; 0: time moves by advance() only
    std::string faults;  ///< text of the fault script (JSON), empty: none
    std::chrono::milliseconds batch_time{2'000};  ///< virtual time that a batch is in_progress
    unsigned workers = 2;                         ///< threads that run batches
};

/// Thread-safe. Everything is stopped and joined by stop() or the destructor.
class Emulator {
public:
    /// Errc::invalid_input: a fault script that cannot be read (the message names the rule), a bad
    /// speed. Errc::configuration: address, ledger or state that cannot be used.
    static core::Result<std::unique_ptr<Emulator>> start(Options options);
    ~Emulator();
    Emulator(const Emulator&) = delete;
    Emulator& operator=(const Emulator&) = delete;

    std::string url() const;  ///< "http://127.0.0.1:PORT"; README.md says where each dialect lives
    std::uint16_t port() const noexcept;
    const std::filesystem::path& ledger() const noexcept;

    /// Moves the virtual clock forward.
    void advance(std::chrono::milliseconds virtual_time);
    /// Replaces the fault script; its counters start again.
    core::Result<> set_faults(std::string_view script);

    /// Not from a request's thread. Work that a batch has left is dropped; a `state` directory
    /// takes it up again.
    void stop();

private:
    Emulator();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace overnight::emulator
