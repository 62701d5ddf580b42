// One request and its reply on an open connection, with every deadline, and the commit byte of a
// create.
#pragma once

#include "core/error.hpp"
#include "net/body_source.hpp"
#include "net/connection.hpp"
#include "net/reply_parser.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace overnight::net {

using Instant = std::chrono::steady_clock::time_point;

/// How far an exchange has come. It outlives the exchange and says, after a failure, what the
/// server can have seen.
struct Progress {
    enum class Stage { sending, waiting, receiving };
    Stage stage = Stage::sending;
    Instant moved{};                ///< when the stage changed, or the body last moved enough
    std::uint64_t trickle = 0;      ///< bytes of body since then
    bool sent = false;              ///< the whole request was handed to the kernel
    bool commit_byte_out = false;   ///< of a create: the last byte may have reached the kernel
    std::uint64_t reply_bytes = 0;  ///< anything at all from the server
    bool reusable = false;          ///< after success: the connection may carry another request
    std::optional<Instant> end{};   ///< whole call; a create sets it when the commit byte goes
};

/// What makes an exchange a create.
struct CommitPlan {
    const std::function<core::Result<>()>& commit;
    std::function<bool()> stop_requested;
};

class Exchange {
public:
    /// All references outlive run(). `commit` is null for ordinary requests.
    Exchange(Connection& connection,
             boost::beast::flat_buffer& buffer,
             Progress& progress,
             const ClientConfig& config,
             const CommitPlan* commit)
        : connection_(connection),
          buffer_(buffer),
          progress_(progress),
          timeouts_(config.timeouts),
          on_bytes_(config.on_bytes),
          commit_(commit) {}

    /// Sends `head` and `body` while listening, so that an early reply ends the sending. Once.
    boost::asio::awaitable<core::Result<model::HttpResponse>> run(std::string head,
                                                                  BodySource body,
                                                                  BodyPlan plan);

private:
    using Reply = core::Result<model::HttpResponse>;

    boost::asio::awaitable<Reply> receive(BodyPlan plan);
    boost::asio::awaitable<Reply> send(std::string head, BodySource body);
    boost::asio::awaitable<Reply> watch();

    boost::asio::awaitable<core::Result<>> send_all(std::string head, BodySource& body);
    boost::asio::awaitable<core::Result<>> send_bytes(const char* from, std::size_t size);
    boost::asio::awaitable<core::Result<>> send_commit_byte(char last);
    core::Result<> commit() const;
    void enter(Progress::Stage stage);
    void count(std::size_t bytes);
    Instant due() const;
    std::string lateness() const;

    Connection& connection_;
    boost::beast::flat_buffer& buffer_;
    Progress& progress_;
    const Timeouts& timeouts_;
    const std::function<void()>& on_bytes_;
    const CommitPlan* commit_;
};

}  // namespace overnight::net
