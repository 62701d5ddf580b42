#include "net/exchange.hpp"

#include "core/fault_point.hpp"
#include "net/within.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>

namespace overnight::net {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t piece_bytes = 256 << 10;
constexpr auto reply_grace =
    2s;  // after a failed send: the reply that explains it may be on its way

// Counts suspension, which the steady clock does not: the process may have been stopped between the
// record and the byte (SUBMISSION 3.7).
std::chrono::nanoseconds since_boot() {
    timespec t{};
    ::clock_gettime(CLOCK_BOOTTIME, &t);
    return std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec};
}

asio::awaitable<void> sleep_until(Instant at) {
    asio::steady_timer timer(co_await asio::this_coro::executor, at);
    co_await timer.async_wait(as_values);
}

// Lets everything that is ready on the event loop run: a reply or an end that has arrived is seen
// before we go on.
asio::awaitable<void> look_around() {
    const auto executor = co_await asio::this_coro::executor;
    for (int turn = 0; turn < 3; ++turn)
        co_await asio::post(executor, asio::use_awaitable);
}

}  // namespace

asio::awaitable<Result<model::HttpResponse>> Exchange::run(std::string head,
                                                           BodySource body,
                                                           BodyPlan plan) {
    enter(Progress::Stage::sending);
    auto talk = first_of<model::HttpResponse>(receive(std::move(plan)),
                                              send(std::move(head), std::move(body)));
    auto watched = first_of<model::HttpResponse>(std::move(talk), watch());
    co_return co_await std::move(watched);
}

asio::awaitable<Result<model::HttpResponse>> Exchange::receive(BodyPlan plan) {
    ReplyParser parser(std::move(plan));
    while (!parser.done()) {
        auto got = co_await connection_.read_some(buffer_.prepare(piece_bytes));
        if (!got) co_return std::move(got).error();
        if (*got == 0 && progress_.reply_bytes == 0)
            co_return Error(Errc::unavailable,
                            connection_.peer() + " closed the connection without a reply");
        if (*got == 0)
            co_return Error(Errc::unavailable,
                            connection_.peer() + " closed the connection within its reply");
        buffer_.commit(*got);
        progress_.reply_bytes += *got;
        auto fed = parser.feed(buffer_);
        if (!fed) co_return std::move(fed).error();
        // The time limit of the header is one for all of it: drops that never make a header do not
        // extend it.
        if (parser.has_header() && progress_.stage != Progress::Stage::receiving)
            enter(Progress::Stage::receiving);
        count(*got);
    }
    progress_.reusable = progress_.sent && parser.keep_alive() && buffer_.size() == 0;
    co_return parser.take();
}

// Ends with an error only: a request that is out is waited for until the reply, or the watch, ends
// the exchange.
asio::awaitable<Result<model::HttpResponse>> Exchange::send(std::string head, BodySource body) {
    const auto sent = co_await send_all(std::move(head), body);
    if (!sent) {
        const bool peer_failed = sent.error().code() == Errc::unavailable;
        if (peer_failed) co_await sleep_until(steady_clock::now() + reply_grace);
        co_return sent.error();
    }
    progress_.sent = true;
    if (progress_.stage == Progress::Stage::sending) enter(Progress::Stage::waiting);
    co_await sleep_until(Instant::max());
    co_return cancelled_error();
}

asio::awaitable<Result<>> Exchange::send_all(std::string head, BodySource& body) {
    const auto buffer = std::make_unique<char[]>(piece_bytes);
    std::size_t filled =
        head.copy(buffer.get(), piece_bytes);  // request_head() bounds it well below a piece
    const std::uint64_t kept_back = commit_ != nullptr ? 1 : 0;
    for (bool first = true; first || body.left() > kept_back; first = false) {
        const auto room = std::min<std::uint64_t>(piece_bytes - filled,
                                                  body.left() - std::min(body.left(), kept_back));
        auto read = body.read(buffer.get() + filled, static_cast<std::size_t>(room));
        if (!read) co_return std::move(read).error();
        auto sent = co_await send_bytes(buffer.get(), filled + *read);
        if (!sent) co_return sent;
        filled = 0;
    }
    if (commit_ == nullptr) co_return Result<>();
    char last = 0;
    auto read = body.read(&last, 1);
    if (!read) co_return std::move(read).error();
    co_return co_await send_commit_byte(last);
}

asio::awaitable<Result<>> Exchange::send_bytes(const char* from, std::size_t size) {
    while (size > 0) {
        auto sent = co_await connection_.write_some(asio::const_buffer(from, size));
        if (!sent) co_return std::move(sent).error();
        from += *sent;
        size -= *sent;
        count(*sent);
    }
    co_return Result<>();
}

void Exchange::enter(Progress::Stage stage) {
    progress_.stage = stage;
    progress_.moved = steady_clock::now();
    progress_.trickle = 0;
}

// While the header is waited for its time limit is one for all of it.
void Exchange::count(std::size_t bytes) {
    if (on_bytes_) on_bytes_();
    if (progress_.stage == Progress::Stage::waiting) return;
    progress_.trickle += bytes;
    const auto inactivity = static_cast<std::uint64_t>(timeouts_.inactivity.count());
    if (progress_.trickle * 1000 >= slowest_bytes_per_second * inactivity) enter(progress_.stage);
}

Result<> Exchange::commit() const {
    if (commit_->stop_requested()) return cancelled_error();
    const auto began = since_boot();
    OVERNIGHT_TRY(commit_->commit());
    if (since_boot() - began > timeouts_.commit)
        return Error(Errc::timed_out,
                     "recording the create took too long, so that it was not sent");
    if (commit_->stop_requested()) return cancelled_error();
    return {};
}

asio::awaitable<Result<>> Exchange::send_commit_byte(char last) {
    co_await look_around();
    core::fault_point("net.before_commit");
    auto committed = commit();
    enter(progress_.stage);  // what the commit took is not the server's fault
    if (!committed) co_return committed;
    if (connection_.ended())
        co_return Error(
            Errc::unavailable,
            connection_.peer() + " closed the connection before the create was complete");
    core::fault_point("net.before_commit_byte");
    progress_.commit_byte_out =
        true;  // before the call: from here on nobody can prove that the byte stayed here
    progress_.end = steady_clock::now() + timeouts_.total;
    auto sent = co_await send_bytes(&last, 1);
    core::fault_point("net.after_commit_byte");
    co_return sent;
}

Instant Exchange::due() const {
    auto at =
        progress_.moved +
        (progress_.stage == Progress::Stage::waiting ? timeouts_.header : timeouts_.inactivity);
    return progress_.end ? std::min<Instant>(at, *progress_.end) : at;
}

std::string Exchange::lateness() const {
    if (progress_.end && steady_clock::now() >= *progress_.end)
        return "the whole call to " + connection_.peer() + " took too long";
    switch (progress_.stage) {
    case Progress::Stage::sending:
        return connection_.peer() + " did not take the request in time";
    case Progress::Stage::waiting:
        return connection_.peer() + " did not reply in time";
    case Progress::Stage::receiving:
        break;
    }
    return connection_.peer() + " stopped sending its reply";
}

// One timer for all limits. It wakes early enough for any stage, since a change of stage can bring
// the due time forward.
asio::awaitable<Result<model::HttpResponse>> Exchange::watch() {
    const auto nap = std::min(timeouts_.header, timeouts_.inactivity);
    for (auto now = steady_clock::now(); now < due(); now = steady_clock::now())
        co_await sleep_until(std::min<Instant>(due(), now + nap));
    co_return Error(Errc::timed_out, lateness());
}

}  // namespace overnight::net
