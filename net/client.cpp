#include "net/client.hpp"

#include "core/redacted.hpp"
#include "net/exchange.hpp"
#include "net/request_head.hpp"
#include "net/session.hpp"
#include "net/tls_context.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

namespace overnight::net {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using model::HttpMethod;
using model::HttpRequest;
using model::HttpResponse;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t max_idle_sessions = 4;
constexpr auto max_idle_time =
    30s;  // shorter than servers keep connections, so that reuse seldom fails
constexpr int max_redirects = 3;

enum class Freshness { fresh, reused };

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// The whole of an ordinary call on one connection.
asio::awaitable<Result<HttpResponse>> talk(Session& session,
                                           Freshness freshness,
                                           Progress& progress,
                                           const ClientConfig& config,
                                           AddressPolicy policy,
                                           std::string head,
                                           BodySource body,
                                           BodyPlan plan) {
    if (freshness == Freshness::fresh) {
        auto opened =
            co_await session.connection.open(config.timeouts, policy, SocketRule::ordinary);
        if (!opened) co_return std::move(opened).error();
    }
    Exchange exchange(session.connection, session.buffer, progress, config, nullptr);
    co_return co_await exchange.run(std::move(head), std::move(body), std::move(plan));
}

asio::awaitable<Result<HttpResponse>> talk_once_and_commit(Session& session,
                                                           Progress& progress,
                                                           const ClientConfig& config,
                                                           AddressPolicy policy,
                                                           const CommitPlan& commit,
                                                           std::string head,
                                                           BodySource body) {
    auto opened = co_await session.connection.open(config.timeouts, policy, SocketRule::create);
    if (!opened) co_return std::move(opened).error();
    Exchange exchange(session.connection, session.buffer, progress, config, &commit);
    co_return co_await exchange.run(std::move(head), std::move(body), BodyPlan());
}

// A server that answers before it has the whole create has refused it.
Error refused_early(const HttpResponse& reply, const std::string& peer) {
    const auto code = reply.status == 401 || reply.status == 403 ? Errc::unauthorized
                      : reply.status == 429                      ? Errc::rate_limited
                                                                 : Errc::unavailable;
    return Error(code, peer + " answered " + std::to_string(reply.status) +
                           " before the create was complete")
        .remote(reply.body);
}

}  // namespace

struct Client::Impl {
    explicit Impl(ClientConfig c) : config(std::move(c)) {}

    struct Call {
        const HttpRequest& request;
        BodyPlan plan;
        std::optional<Instant> end;  // of the whole call
        std::stop_token stop;
    };

    const ClientConfig config;
    std::mutex mutex;  // guards what follows; never held over I/O on the network
    std::unique_ptr<asio::ssl::context> tls;
    std::vector<std::unique_ptr<Session>> idle;
    std::stop_source abandoned;  // guarded by itself

    Result<asio::ssl::context*> tls_for(const BaseUrl& origin) {
        if (!origin.tls) return nullptr;
        const std::lock_guard lock(mutex);
        if (!tls) {
            OVERNIGHT_TRY_ASSIGN(tls, make_tls_context(config.ca_file));
        }
        return tls.get();
    }

    std::unique_ptr<Session> take_idle(const BaseUrl& origin) {
        const std::lock_guard lock(mutex);
        const auto now = steady_clock::now();
        std::erase_if(idle, [now](const auto& s) {
            return now - s->idle_since > max_idle_time || s->connection.readable();
        });
        const auto it = std::find_if(idle.begin(), idle.end(), [&origin](const auto& s) {
            return same_origin(s->connection.origin(), origin);
        });
        if (it == idle.end()) return nullptr;
        auto session = std::move(*it);
        idle.erase(it);
        return session;
    }

    void keep(std::unique_ptr<Session> session) {
        session->idle_since = steady_clock::now();
        const std::lock_guard lock(mutex);
        if (idle.size() == max_idle_sessions) idle.erase(idle.begin());
        idle.push_back(std::move(session));
    }

    Result<std::unique_ptr<Session>> fresh_session(const BaseUrl& origin) {
        OVERNIGHT_TRY_ASSIGN(asio::ssl::context* const context, tls_for(origin));
        return std::make_unique<Session>(context, origin);
    }

    AddressPolicy policy_for(const BaseUrl& origin) const {
        // Behind a redirect a literal address counts only when the configuration itself lives
        // inside.
        const auto own = address_policy(origin);
        if (same_origin(origin, config.base) || own != AddressPolicy::anywhere) return own;
        return address_policy(config.base) == AddressPolicy::global ? AddressPolicy::global : own;
    }

    // An adapter that forgets the slash would run into the base path.
    Result<Destination> destination(const HttpRequest& request) const {
        if (request.target.empty() || request.target.front() != '/')
            return Error(Errc::invalid_input, "a request's target must begin with a slash");
        Destination to{config.base, config.base.path + request.target};
        to.origin.path.clear();
        return to;
    }

    /// Servers echo keys in their errors, and what they say is kept and shown.
    void hide_key(HttpResponse& reply) const {
        reply.body = core::redact(std::move(reply.body), config.key);
    }

    Result<HttpResponse> one_hop(const Call& call, const Destination& to, Audience audience);
    Result<HttpResponse> call(Call call);
    CreateOutcome create(const HttpRequest& request,
                         const std::function<Result<>()>& commit,
                         std::stop_token stop);
};

// One request to one place; a second time only for a GET on a connection that the server had closed
// meanwhile.
Result<HttpResponse> Client::Impl::one_hop(const Call& call,
                                           const Destination& to,
                                           Audience audience) {
    OVERNIGHT_TRY_ASSIGN(const std::string head,
                         request_head(call.request, config, to.origin, to.target, audience));
    auto session = call.request.method == HttpMethod::get ? take_idle(to.origin) : nullptr;
    for (;;) {
        OVERNIGHT_TRY_ASSIGN(BodySource body, BodySource::open(call.request.body));
        const auto freshness = session ? Freshness::reused : Freshness::fresh;
        if (!session) {
            OVERNIGHT_TRY_ASSIGN(session, fresh_session(to.origin));
        }
        Progress progress;
        progress.end = call.end;
        auto talking = talk(*session, freshness, progress, config, policy_for(to.origin), head,
                            std::move(body), call.plan);
        if (call.end)
            talking =
                within(std::move(talking), *call.end, "the call to " + session->connection.peer());
        auto reply = run_blocking(session->io, std::move(talking), call.stop);
        if (reply) hide_key(*reply);
        if (reply && progress.reusable) keep(std::move(session));
        const bool stale = !reply && freshness == Freshness::reused &&
                           reply.error().code() == Errc::unavailable && progress.reply_bytes == 0;
        if (!stale) return reply;
        session.reset();
    }
}

Result<HttpResponse> Client::Impl::call(Call call) {
    OVERNIGHT_TRY_ASSIGN(Destination to, destination(call.request));
    for (int redirects = 0;; ++redirects) {
        const auto audience =
            same_origin(to.origin, config.base) ? Audience::home : Audience::foreign;
        auto reply = one_hop(call, to, audience);
        if (!reply)
            return std::move(reply).error().while_(std::string(model::name(call.request.method)) +
                                                   " on " + host_and_port(to.origin));
        const auto location = reply->header("Location");
        if (call.request.method != HttpMethod::get || !is_redirect(reply->status) || !location)
            return reply;
        if (redirects == max_redirects)
            return Error(Errc::protocol,
                         host_and_port(config.base) + " redirects more than three times")
                .remote(*location);
        auto next = follow(to, *location);
        if (!next) return std::move(next).error().remote(*location);
        to = std::move(*next);
    }
}

CreateOutcome Client::Impl::create(const HttpRequest& request,
                                   const std::function<Result<>()>& commit,
                                   std::stop_token stop) {
    const auto prepare = [&](std::string& head,
                             std::unique_ptr<Session>& session) -> Result<BodySource> {
        if (request.method != HttpMethod::post || request.body_bytes() == 0)
            return Error(Errc::invalid_input, "a create must be a POST with a body");
        OVERNIGHT_TRY_ASSIGN(const Destination to, destination(request));
        OVERNIGHT_TRY_ASSIGN(head,
                             request_head(request, config, to.origin, to.target, Audience::home));
        OVERNIGHT_TRY_ASSIGN(session, fresh_session(config.base));
        return BodySource::open(request.body);
    };
    std::string head;
    std::unique_ptr<Session> session;
    auto body = prepare(head, session);
    if (!body) return NotSent{std::move(body).error()};

    Progress progress;
    const CommitPlan plan{commit, [stop] { return stop.stop_requested(); }};
    auto talking = talk_once_and_commit(*session, progress, config, address_policy(config.base),
                                        plan, std::move(head), std::move(*body));
    // What is past recall is waited for: an answer known is worth more than a minute saved, since
    // an ambiguous create takes far longer to resolve.
    auto reply = run_blocking(
        session->io, std::move(talking), stop, [&progress] { return !progress.commit_byte_out; },
        abandoned.get_token());
    const std::string peer = session->connection.peer();
    if (reply && progress.commit_byte_out)  // how it goes does not matter any more
        static_cast<void>(run_blocking(session->io, session->connection.say_goodbye(), {}));
    if (reply) hide_key(*reply);
    session.reset();  // closed before anybody judges the outcome: from here on nothing of ours can
                      // travel
    if (reply && progress.commit_byte_out) return std::move(*reply);
    if (reply) return NotSent{refused_early(*reply, peer)};
    auto why = std::move(reply).error().while_("creating on " + peer);
    if (progress.commit_byte_out) return NoReply{std::move(why)};
    return NotSent{std::move(why)};
}

Client::Client(ClientConfig config) : impl_(std::make_unique<Impl>(std::move(config))) {}
Client::~Client() = default;

Result<HttpResponse> Client::send(const HttpRequest& request, std::stop_token stop) {
    return impl_->call(
        {request, {}, steady_clock::now() + impl_->config.timeouts.total, std::move(stop)});
}

Result<HttpResponse> Client::upload(const HttpRequest& request, std::stop_token stop) {
    return impl_->call({request, {}, std::nullopt, std::move(stop)});
}

CreateOutcome Client::create(const HttpRequest& request,
                             const std::function<Result<>()>& commit,
                             std::stop_token stop) {
    return impl_->create(request, commit, std::move(stop));
}

Result<HttpResponse> Client::download(const HttpRequest& request,
                                      const std::function<Result<>(std::string_view)>& sink,
                                      std::uint64_t max_bytes,
                                      std::stop_token stop) {
    return impl_->call({request, {sink, max_bytes}, std::nullopt, std::move(stop)});
}

void Client::abandon() {
    impl_->abandoned.request_stop();
}

}  // namespace overnight::net
