// The client's view of Anthropic's dialect.
#include "anthropic_session.hpp"

#include <algorithm>
#include <chrono>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace overnight::test {

namespace json = boost::json;

namespace {

bool has_header(const std::vector<std::string>& headers, std::string_view name) {
    return std::any_of(headers.begin(), headers.end(), [name](const std::string& one) {
        return std::string_view(one).starts_with(std::string(name) + ':');
    });
}

}  // namespace

RawReply AnthropicSession::call(const std::string& method,
                                const std::string& target,
                                std::string body,
                                std::vector<std::string> headers) {
    if (!has_header(headers, "x-api-key") && !has_header(headers, "Authorization"))
        headers.push_back("x-api-key: sk-ant-test");
    if (!has_header(headers, "anthropic-version"))
        headers.push_back("anthropic-version: 2023-06-01");
    if (method == "POST" && !has_header(headers, "Content-Type"))
        headers.push_back("Content-Type: application/json");
    return exchange(port(), {method, target, std::move(headers), std::move(body)});
}

std::string AnthropicSession::start(const std::string& body) {
    return text_in(object_of(create(body)), "/id");
}

json::object AnthropicSession::batch(const std::string& id) {
    return object_of(get("/v1/messages/batches/" + id));
}

json::object AnthropicSession::finish(const std::string& id) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{240};
    while (std::chrono::steady_clock::now() < deadline) {
        json::object seen = batch(id);
        if (text_in(seen, "/processing_status") == "ended") return seen;
        advance(0.5);
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    throw std::runtime_error("the batch never ended: " + json::serialize(batch(id)));
}

void AnthropicSession::run_lines(const std::string& id, std::size_t lines) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{240};
    while (std::chrono::steady_clock::now() < deadline) {
        if (ledger("billed").size() >= lines || text_in(batch(id), "/processing_status") == "ended")
            return;
        advance(0.05);
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    throw std::runtime_error("the lines never ran");
}

void AnthropicSession::wait_for_state(std::string_view state) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{240};
    while (std::chrono::steady_clock::now() < deadline) {
        for (const json::object& line : ledger("state")) {
            if (text_in(line, "/status") == state) return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    throw std::runtime_error("no batch was " + std::string(state));
}

std::vector<json::object> AnthropicSession::results(const std::string& id) {
    const RawReply reply = get("/v1/messages/batches/" + id + "/results");
    std::vector<json::object> all;
    std::istringstream in(reply.body);
    for (std::string line; std::getline(in, line);) {
        json::error_code error;
        json::value value = json::parse(line, error);
        all.push_back(!error && value.is_object() ? value.get_object()
                                                  : json::object{{"unreadable", line}});
    }
    return all;
}

std::string message_body(const std::string& text, const std::string& more) {
    return R"({"model":"claude-haiku-5-5","max_tokens":1024,"messages":[{"role":"user","content":)" +
           json::serialize(json::value(text)) + "}]" + more + "}";
}

std::string element(const std::string& id, const std::string& params) {
    return R"({"custom_id":")" + id + R"(","params":)" + params + "}";
}

std::string batch_with(const std::vector<std::string>& elements) {
    std::string body = R"({"requests":[)";
    for (std::size_t i = 0; i < elements.size(); ++i) {
        if (i > 0) body += ',';
        body += elements[i];
    }
    return body + "]}";
}

std::string batch_of(int count, const std::string& text, const std::string& more) {
    std::vector<std::string> elements;
    for (int i = 1; i <= count; ++i) {
        const std::string number = std::to_string(i);
        elements.push_back(element("c" + number, message_body(text + " number " + number, more)));
    }
    return batch_with(elements);
}

json::object line_of(const std::vector<json::object>& lines, std::string_view id) {
    for (const json::object& line : lines) {
        if (text_in(line, "/custom_id") == id) return line;
    }
    return {};
}

std::size_t count_of(const std::vector<json::object>& lines, std::string_view type) {
    return static_cast<std::size_t>(std::count_if(
        lines.begin(), lines.end(),
        [type](const json::object& line) { return text_in(line, "/result/type") == type; }));
}

}  // namespace overnight::test
