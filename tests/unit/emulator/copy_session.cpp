// The client's view of a dialect that took over parts of OpenAI's.
#include "copy_session.hpp"

#include <chrono>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace overnight::test {

namespace json = boost::json;

RawReply CopySession::upload(const std::string& path,
                             const std::string& content,
                             const std::vector<std::pair<std::string, std::string>>& fields) {
    std::vector<FormPart> parts;
    for (const auto& [name, value] : fields)
        parts.push_back({name, value, ""});
    parts.push_back({"file", content, "in.jsonl"});
    return Session::post(root_ + path, multipart_body(parts, "xyz"),
                         {"Content-Type: multipart/form-data; boundary=xyz"});
}

json::object CopySession::wait_until(const std::string& path,
                                     const std::function<bool(const json::object&)>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{240};
    while (std::chrono::steady_clock::now() < deadline) {
        json::object seen = object_of(get(path));
        if (done(seen)) return seen;
        advance(0.25);
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    throw std::runtime_error("it never came: " + get(path).body);
}

json::object CopySession::wait_for_status(const std::string& path, std::string_view status) {
    return wait_until(path,
                      [&](const json::object& seen) { return text_in(seen, "/status") == status; });
}

std::vector<json::object> CopySession::content(const json::value& id) {
    std::vector<json::object> all;
    if (!id.is_string()) return all;
    std::istringstream in(get("/v1/files/" + std::string(id.get_string()) + "/content").body);
    for (std::string line; std::getline(in, line);)
        all.push_back(json::parse(line).as_object());
    return all;
}

std::string bare_lines(int count, const std::string& model) {
    std::string all;
    for (int i = 1; i <= count; ++i) {
        all += R"({"custom_id":"c)" + std::to_string(i) + R"(","body":{)";
        if (!model.empty()) all += R"("model":")" + model + R"(",)";
        all += R"("messages":[{"role":"user","content":"Classify topic number )" +
               std::to_string(i) + "\"}]}}\n";
    }
    return all;
}

}  // namespace overnight::test
