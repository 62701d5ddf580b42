// An emulator under test, as a client of Anthropic's API sees it.
#pragma once

#include "session.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace overnight::test {

class AnthropicSession {
public:
    explicit AnthropicSession(std::string faults = "", std::filesystem::path state = {})
        : session_(std::move(faults), std::move(state)) {}

    Session& session() { return session_; }
    std::uint16_t port() const { return session_.port(); }
    void advance(double seconds) { session_.advance(seconds); }

    /// With a key and a version, unless `headers` has others of that name.
    RawReply call(const std::string& method,
                  const std::string& target,
                  std::string body = "",
                  std::vector<std::string> headers = {});
    RawReply get(const std::string& target) { return call("GET", target); }
    RawReply create(std::string body) {
        return call("POST", "/v1/messages/batches", std::move(body));
    }
    RawReply message(std::string body, std::vector<std::string> headers = {}) {
        return call("POST", "/v1/messages", std::move(body), std::move(headers));
    }

    /// Creates a batch; its id.
    std::string start(const std::string& body);
    boost::json::object batch(const std::string& id);
    /// Moves the clock until the batch has ended.
    boost::json::object finish(const std::string& id);
    /// Moves the clock until that many lines have run, or the batch has ended.
    void run_lines(const std::string& id, std::size_t lines);
    /// Waits, with the clock standing still, until the ledger has a batch enter that state.
    void wait_for_state(std::string_view state);
    std::vector<boost::json::object> results(const std::string& id);
    std::vector<boost::json::object> ledger(std::string_view event) {
        return session_.ledger(event);
    }

private:
    Session session_;
};

/// A message body with one user message.
std::string message_body(const std::string& text, const std::string& more = "");
/// A create with `count` requests c1, c2, ...; `text` stands in each, with its number.
std::string batch_of(int count,
                     const std::string& text = "Classify this topic",
                     const std::string& more = "");
/// A create with the given elements of "requests".
std::string batch_with(const std::vector<std::string>& elements);
std::string element(const std::string& id, const std::string& params);

/// The line of one custom_id; empty when there is none.
boost::json::object line_of(const std::vector<boost::json::object>& lines, std::string_view id);
std::size_t count_of(const std::vector<boost::json::object>& lines, std::string_view type);

}  // namespace overnight::test
