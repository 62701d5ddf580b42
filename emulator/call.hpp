// One request as its handler sees it, and the reply as a value: faults of the transport are applied
// when it is sent.
#pragma once

#include "core/error.hpp"
#include "emulator/api_error.hpp"
#include "emulator/execute.hpp"
#include "emulator/files.hpp"
#include "emulator/spool.hpp"
#include "emulator/world.hpp"
#include "net/server.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace overnight::emulator {

struct Dialect;

/// Where Anthropic's dialect lives.
constexpr std::string_view anthropic_root = "/anthropic";

struct Call {
    std::string method;
    std::string target;  ///< as sent
    std::string path;    ///< without the query, and without `root`
    std::string root;    ///< what stood before the API's own path; empty for most
    std::vector<std::pair<std::string, std::string>> query;
    std::string id;    ///< what stands for {id} in the route's pattern
    std::string body;  ///< empty for routes that stream it
    std::vector<model::HttpHeader> headers;
    net::BodyReader* reader = nullptr;         ///< only for routes that stream their body
    std::shared_ptr<const SpooledBody> spool;  ///< only for routes that want their body on disk
    const Dialect* dialect = nullptr;          ///< whose request it is
    std::string request_id;                    ///< of the reply, "req_..."
    std::string key;                           ///< as sent: only for the faults that look at it
    std::string key_fingerprint;
    std::shared_ptr<const FaultScript> script;
    std::vector<const Rule*> hits;  ///< request rules that apply, kept alive by `script`

    const Rule* hit(Fault fault) const noexcept;
    std::optional<std::string_view> parameter(std::string_view name) const noexcept;
    std::optional<std::string_view> header(std::string_view name) const noexcept;
};

struct Reply {
    int status = 200;
    std::string content_type = "application/json";
    std::vector<model::HttpHeader> headers;
    std::string body;
    FilePtr file;  ///< sent instead of `body`
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// Errors are the emulator's own and become a 500; those of a connection that broke end it.
using RouteHandler = core::Result<Reply> (*)(World&, const Call&);

Reply json_reply(std::string body);
/// The key of an Authorization header; empty when there is none.
std::string bearer_key(const Call& call);
/// A bad_key rule is about the call's key.
bool key_is_bad(const Call& call);

/// Percent-decoded name-value pairs behind the "?".
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view target);

}  // namespace overnight::emulator
