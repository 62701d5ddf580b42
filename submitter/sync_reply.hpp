// What the end of an ordinary call means: for its line, for the pace, for the account. Pure.
#pragma once

#include "core/clock.hpp"
#include "model/job.hpp"
#include "model/transport.hpp"
#include "providers/api.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace overnight::submitter {

struct CallEnd {
    enum class Line {
        result,  ///< `result` is its result line
        again,   ///< it did not run: the same once more
    } line = Line::again;
    enum class Server {
        answered,  ///< it deals with us
        limited,   ///< it wants fewer calls
        failed,    ///< it was not reached, or is in trouble
        silent,    ///< nothing is known of it: we gave up ourselves
    } server = Server::answered;
    std::string result;                  ///< newline included
    std::optional<core::Duration> wait;  ///< as it asks
    std::string hold_reason;             ///< not empty: nothing is sent before a person acted
    std::string trouble;                 ///< not empty: what went wrong, for people
};

/// One line's call.
struct CallFacts {
    const providers::Adapter& adapter;
    std::string_view account;
    std::string_view custom_id;
    model::JobKind kind = model::JobKind::recipe;
    /// A line of the same attempt was answered before, by this server: it knows address and model.
    enum class Proven { no, yes } proven = Proven::no;
    /// Times that the server refused the line before it was complete.
    std::uint32_t refused_early = 0;
};

/// Only a reply that says that nothing ran, and the proof that the last byte did not go, let a line
/// be sent again as it is. Everything else is its result, and is sent again by row, with a record.
CallEnd end_of(const CallFacts& call, const model::CreateOutcome& outcome, core::TimePoint now);

/// The result line of a line that was sent and whose reply died with the process.
std::string interrupted_line(const providers::Adapter& adapter, std::string_view custom_id);

}  // namespace overnight::submitter
