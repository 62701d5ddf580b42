// A server that a test scripts, a client that talks to it, and a folder that goes away with the
// test.
#pragma once

#include "core/error.hpp"
#include "net/client.hpp"
#include "net/server.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace overnight::net {

using namespace std::chrono_literals;

inline constexpr const char* test_key = "sk-CANARY-0123456789";

class TempDir {
public:
    TempDir() {
        std::string name =
            (std::filesystem::temp_directory_path() / "overnight-net-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path_ = name;
    }
    ~TempDir() { std::filesystem::remove_all(path_); }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    std::filesystem::path operator/(const char* name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

/// A running server that remembers the heads it saw.
class Scripted {
public:
    explicit Scripted(Handler handler, ServerConfig config = {}) : handler_(std::move(handler)) {
        auto remembering = [this](const RequestHead& h, BodyReader& b, ResponseWriter& w) {
            {
                const std::lock_guard lock(mutex_);
                seen_.push_back(h);
            }
            return handler_(h, b, w);
        };
        server_ = Server::start(std::move(config), remembering).value();
    }
    std::uint16_t port() const { return server_->port(); }
    void stop() { server_->stop(); }
    std::vector<RequestHead> seen() const {
        const std::lock_guard lock(mutex_);
        return seen_;
    }

private:
    Handler handler_;
    mutable std::mutex mutex_;
    std::vector<RequestHead> seen_;
    std::unique_ptr<Server> server_;
};

/// Limits that a test can afford to run into.
inline Timeouts short_timeouts() {
    return {2000ms, 2000ms, 300ms, 300ms, 10'000ms};
}

inline ClientConfig config_for(std::uint16_t port) {
    ClientConfig config;
    config.base = {false, "127.0.0.1", port, "/v1"};
    config.key = core::Secret(test_key);
    return config;
}

inline model::HttpRequest get(std::string target) {
    return {model::HttpMethod::get, std::move(target), {}, {}};
}
inline model::HttpRequest post(std::string target, std::string body) {
    model::HttpRequest request{
        model::HttpMethod::post, std::move(target), {{"Content-Type", "application/json"}}, {}};
    request.body.emplace_back(std::move(body));
    return request;
}

/// A handler that takes the request and answers with these bytes, whatever they are, then ends the
/// connection.
inline Handler raw(std::string bytes) {
    return [bytes = std::move(bytes)](const RequestHead&, BodyReader& body,
                                      ResponseWriter& reply) -> core::Result<> {
        OVERNIGHT_TRY(body.read_all(1 << 20));
        OVERNIGHT_TRY(reply.write_raw(bytes));
        reply.close();
        return {};
    };
}

inline Handler always(int status, std::string text) {
    return [status, text = std::move(text)](const RequestHead&, BodyReader& body,
                                            ResponseWriter& reply) -> core::Result<> {
        OVERNIGHT_TRY(body.read_all(1 << 20));
        return reply.reply(status, "application/json", text);
    };
}

}  // namespace overnight::net
