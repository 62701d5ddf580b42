// The test's view of an emulator.
#include "session.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace overnight::test {

namespace json = boost::json;

TempDirectory::TempDirectory() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "overnight-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = pattern;
}
TempDirectory::~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

Session::Session(std::string faults, std::filesystem::path state) {
    emulator::Options options;
    options.ledger = directory_.path() / "ledger.jsonl";
    if (!state.empty()) options.ledger = state / "ledger.jsonl";
    options.state = std::move(state);
    options.faults = std::move(faults);
    options.speed = 0;
    emulator_ = emulator::Emulator::start(std::move(options)).value();
}

void Session::advance(double seconds) {
    emulator_->advance(std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1'000)});
}

RawReply Session::get(const std::string& target, std::vector<std::string> headers) {
    headers.push_back("Authorization: Bearer sk-test-0123456789");
    return exchange(port(), {"GET", target, std::move(headers), ""});
}

RawReply Session::del(const std::string& target) {
    return exchange(port(), {"DELETE", target, {"Authorization: Bearer sk-test-0123456789"}, ""});
}

RawReply Session::post(const std::string& target,
                       std::string body,
                       std::vector<std::string> headers) {
    headers.push_back("Authorization: Bearer sk-test-0123456789");
    return exchange(port(), {"POST", target, std::move(headers), std::move(body)});
}

RawReply Session::upload(const std::string& content,
                         const std::string& filename,
                         const std::string& purpose) {
    const std::string body =
        multipart_body({{"purpose", purpose, ""}, {"file", content, filename}}, "xyz");
    return post("/v1/files", body, {"Content-Type: multipart/form-data; boundary=xyz"});
}

std::string Session::upload_id(const std::string& content) {
    return text_in(object_of(upload(content)), "/id");
}

RawReply Session::create(const std::string& file,
                         const std::string& metadata,
                         const std::string& endpoint) {
    return post("/v1/batches", R"({"input_file_id":")" + file + R"(","endpoint":")" + endpoint +
                                   R"(","completion_window":"24h","metadata":)" + metadata + "}");
}

std::string Session::start_batch(const std::string& content, const std::string& endpoint) {
    return text_in(object_of(create(upload_id(content), "null", endpoint)), "/id");
}

json::object Session::batch(const std::string& id) {
    return object_of(get("/v1/batches/" + id));
}

json::object Session::wait_for(const std::string& id, std::string_view status) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{240};
    while (std::chrono::steady_clock::now() < deadline) {
        json::object seen = batch(id);
        if (text_in(seen, "/status") == status) return seen;
        advance(0.25);
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    throw std::runtime_error("the batch never was " + std::string(status) + ": " +
                             json::serialize(batch(id)));
}

json::object Session::finish(const std::string& id) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{240};
    while (std::chrono::steady_clock::now() < deadline) {
        json::object seen = batch(id);
        const std::string status = text_in(seen, "/status");
        if (status == "completed" || status == "failed" || status == "expired" ||
            status == "cancelled")
            return seen;
        advance(0.5);
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    throw std::runtime_error("the batch never ended: " + json::serialize(batch(id)));
}

namespace {

std::vector<json::object> objects_of(const std::string& text) {
    std::vector<json::object> all;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        json::error_code error;
        json::value value = json::parse(line, error);
        all.push_back(!error && value.is_object() ? value.get_object()
                                                  : json::object{{"unreadable", line}});
    }
    return all;
}

}  // namespace

std::vector<json::object> Session::lines(const json::object& batch, const char* file) {
    const auto* const id = batch.if_contains(file);
    if (id == nullptr || !id->is_string() || id->get_string().empty()) return {};
    return objects_of(get("/v1/files/" + std::string(id->get_string()) + "/content").body);
}

std::vector<json::object> Session::ledger(std::string_view event) const {
    std::ifstream in(emulator_->ledger());
    std::stringstream text;
    text << in.rdbuf();
    std::vector<json::object> wanted;
    for (json::object& line : objects_of(text.str())) {
        if (event.empty() || text_in(line, "/event") == event) wanted.push_back(std::move(line));
    }
    return wanted;
}

json::object object_of(const RawReply& reply) {
    json::error_code error;
    json::value value = json::parse(reply.body, error);
    if (error || !value.is_object())
        throw std::runtime_error("not a JSON object: " + reply.wire.substr(0, 500));
    return std::move(value.get_object());
}

const json::value& at(const json::object& object, const char* pointer) {
    static const json::value nothing;
    json::error_code error;
    const json::value* value = nullptr;
    std::string_view path(pointer);
    path.remove_prefix(1);
    const std::string key(path.substr(0, path.find('/')));
    value = object.if_contains(key);
    if (value != nullptr && key.size() < path.size()) {
        value = value->find_pointer(std::string(path.substr(key.size())), error);
    }
    return value == nullptr ? nothing : *value;
}

std::string text_in(const json::object& object, const char* pointer) {
    const json::value& value = at(object, pointer);
    return value.is_string() ? std::string(value.get_string()) : std::string();
}

std::int64_t number_in(const json::object& object, const char* pointer) {
    const json::value& value = at(object, pointer);
    return value.is_int64() ? value.get_int64() : -1;
}

std::string chat_body(const std::string& text, const std::string& more) {
    return R"({"model":"gpt-6-luna","messages":[{"role":"system","content":"You classify."},{"role":"user","content":)" +
           json::serialize(json::value(text)) + "}]" + more + "}";
}

std::string chat_lines(int count, const std::string& text) {
    std::string all;
    for (int i = 1; i <= count; ++i) {
        all += R"({"custom_id":"c)" + std::to_string(i) +
               R"(","method":"POST","url":"/v1/chat/completions","body":)" +
               chat_body(text + " number " + std::to_string(i)) + "}\n";
    }
    return all;
}

}  // namespace overnight::test
