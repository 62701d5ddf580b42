// Takes a request from the server to its route and the reply back, with the faults of the transport
// on both ways.
#pragma once

#include "emulator/front.hpp"

namespace overnight::emulator {

/// The server's handler. Any thread.
core::Result<> serve(World& world,
                     const net::RequestHead& head,
                     net::BodyReader& body,
                     net::ResponseWriter& out);

/// Reads the body of a route that wants it on disk, unless that has been done.
core::Result<> spool_body(World& world, Call& call, const Route& route);

/// `/_ctl/...`: the emulator's own switches; needs no key and meets no faults.
core::Result<Reply> control(World& world, const Call& call);

/// Sends a reply, as the rules in `call.hits` want it.
core::Result<> send_reply(World& world, const Call& call, Reply reply, net::ResponseWriter& out);

/// What a rule does instead of the request's own work.
enum class Instead { nothing, replied, ended };
/// Applies the rules that act before the handler. The route's handler is kept for a late
/// application.
core::Result<Instead> act_before(World& world,
                                 Call& call,
                                 const Route& route,
                                 net::BodyReader& body,
                                 net::ResponseWriter& out,
                                 Reply& reply);

/// Reads what is left of a body, at most `limit` bytes: a client that still sends would not see the
/// reply.
void swallow(net::BodyReader& body, std::uint64_t limit);

/// Ends the connection as a rule's "how" says: "close" (default) or "reset".
void end_connection(const Rule& rule, net::ResponseWriter& out);

}  // namespace overnight::emulator
