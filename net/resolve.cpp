#include "net/resolve.hpp"

#include "net/within.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <netdb.h>
#include <optional>
#include <string>
#include <system_error>
#include <thread>

namespace overnight::net {
namespace {

using asio::ip::tcp;
using core::Errc;
using core::Error;
using core::Result;
using Endpoints = std::vector<tcp::endpoint>;

Result<Endpoints> look_up(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    int rc = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
    if (rc != 0 && host == "localhost") {  // no address but loopback is configured on this machine
        hints.ai_flags = 0;
        rc = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
    }
    if (rc != 0)
        return Error(Errc::unavailable, "cannot resolve " + host + ": " + ::gai_strerror(rc));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
    Endpoints found;
    for (const addrinfo* a = list; a != nullptr; a = a->ai_next) {
        tcp::endpoint e;
        if (a->ai_addrlen > e.capacity()) continue;
        std::memcpy(e.data(), a->ai_addr, a->ai_addrlen);
        e.port(port);
        found.push_back(e);
    }
    return found;
}

// What the thread of a look-up and the coroutine that waits for it share. The coroutine may leave
// first: then `waiting` is empty and the thread touches neither the timer nor its event loop.
struct LookUp {
    std::mutex mutex;
    asio::steady_timer* waiting = nullptr;
    std::optional<Result<Endpoints>> found;
};

class Waiting {
public:
    Waiting(std::shared_ptr<LookUp> shared, asio::steady_timer& timer)
        : shared_(std::move(shared)) {
        const std::lock_guard lock(shared_->mutex);
        shared_->waiting = &timer;
    }
    ~Waiting() {
        const std::lock_guard lock(shared_->mutex);
        shared_->waiting = nullptr;
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

private:
    std::shared_ptr<LookUp> shared_;
};

void run_look_up(const std::shared_ptr<LookUp>& shared,
                 const std::string& host,
                 std::uint16_t port) {
    auto found = look_up(host, port);
    const std::lock_guard lock(shared->mutex);
    shared->found.emplace(std::move(found));
    if (shared->waiting == nullptr) return;
    asio::post(shared->waiting->get_executor(), [shared] {
        const std::lock_guard inner(shared->mutex);
        if (shared->waiting != nullptr) shared->waiting->cancel();
    });
}

// Not asio's resolver: it cannot be left while getaddrinfo() runs, which is up to half a minute
// without a name server.
asio::awaitable<Result<Endpoints>> look_up_on_thread(std::string host, std::uint16_t port) {
    auto shared = std::make_shared<LookUp>();
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             asio::steady_timer::time_point::max());
    const Waiting waiting(shared, timer);
    try {
        std::thread([shared, host, port] { run_look_up(shared, host, port); }).detach();
    } catch (const std::system_error&) {
        co_return Error(Errc::unavailable, "cannot resolve " + host + ": no thread to be had");
    }
    co_await timer.async_wait(as_values);
    const std::lock_guard lock(shared->mutex);
    if (!shared->found) co_return cancelled_error();
    co_return std::move(*shared->found);
}

Endpoints families_in_turn(const Endpoints& found) {
    Endpoints six, four, mixed;
    for (const auto& e : found)
        (e.address().is_v6() ? six : four).push_back(e);
    for (std::size_t i = 0; i < std::max(six.size(), four.size()); ++i) {
        if (i < six.size()) mixed.push_back(six[i]);
        if (i < four.size()) mixed.push_back(four[i]);
    }
    return mixed;
}

}  // namespace

asio::awaitable<Result<Endpoints>> resolve(const BaseUrl& url, AddressPolicy policy) {
    boost::system::error_code ec;
    const auto literal = asio::ip::make_address(url.host, ec);
    Endpoints found;
    if (!ec) {
        found.emplace_back(literal, url.port);
    } else {
        auto looked_up = co_await look_up_on_thread(url.host, url.port);
        if (!looked_up) co_return std::move(looked_up).error();
        found = std::move(*looked_up);
    }
    std::erase_if(found,
                  [policy](const tcp::endpoint& e) { return !allowed(e.address(), policy); });
    if (found.empty())
        co_return Error(Errc::unavailable,
                        url.host + " has no address that a connection may go to");
    co_return families_in_turn(found);
}

}  // namespace overnight::net
