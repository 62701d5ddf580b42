// The HTTP side of one dialect: which requests are its own, its routes, its key and its errors.
#pragma once

#include "emulator/call.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace overnight::emulator {

/// What happens to a request's body before the handler is called.
enum class BodyMode {
    none,
    text,    ///< call.body
    stream,  ///< call.reader: the handler reads it
    spool,   ///< call.spool: it is in a file of its own
};

struct Route {
    std::string_view method;
    std::string_view pattern;  ///< {id} stands for one segment, or for its part before a ":"
    RouteHandler handler;
    BodyMode body = BodyMode::none;
    std::uint64_t max_spool_bytes = 0;  ///< spool: the rest is dropped, and the handler says so
};

/// What the emulator itself has to say to a client, in the dialect's own words.
enum class Trouble {
    failed,        ///< 5xx
    refused,       ///< another status
    rate_limited,  ///< 429
    too_large,     ///< 413
    no_route,      ///< 404
    bad_method,    ///< 405
};

/// Stateless. Any thread.
class Front {
public:
    virtual ~Front() = default;

    virtual bool owns(const Call& call) const = 0;
    /// The first that matches is taken.
    virtual std::span<const Route> routes() const = 0;
    /// The API key as sent; empty when there is none.
    virtual std::string key_of(const Call& call) const = 0;
    /// The id of the batch that the path names, when it names one.
    virtual std::string batch_of(const Call& call) const { return call.id; }
    /// What every request must have: a key that is good, required headers. Status 0: fine.
    virtual ApiError check(const Call& call) const = 0;
    /// `status` is what a rule may have asked for; the kinds with one status ignore it.
    virtual ApiError error_of(Trouble trouble, const Call& call, int status = 0) const = 0;
    virtual Reply error_reply(const Call& call, const ApiError& error) const = 0;
    /// Headers that every reply has, but for Content-Type.
    virtual void add_headers(World& world, const Call& call, Reply& reply) const = 0;
};

}  // namespace overnight::emulator
