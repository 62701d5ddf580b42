// The client's view of a dialect that took over parts of OpenAI's.
#pragma once

#include "session.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace overnight::test {

class CopySession : public Session {
public:
    /// `root` is where the dialect lives: "/_as/mistral".
    explicit CopySession(std::string root,
                         std::string faults = "",
                         std::filesystem::path state = {})
        : Session(std::move(faults), std::move(state)), root_(std::move(root)) {}

    RawReply get(const std::string& path) { return Session::get(root_ + path); }
    RawReply post(const std::string& path, std::string body = "") {
        return Session::post(root_ + path, std::move(body));
    }
    RawReply del(const std::string& path) { return Session::del(root_ + path); }
    /// A form with one file called in.jsonl.
    RawReply upload(const std::string& path,
                    const std::string& content,
                    const std::vector<std::pair<std::string, std::string>>& fields = {});

    /// Moves the clock until what is at `path` is as it should be, and gives up after a while of
    /// real time.
    boost::json::object wait_until(const std::string& path,
                                   const std::function<bool(const boost::json::object&)>& done);
    boost::json::object wait_for_status(const std::string& path, std::string_view status);

    /// The lines of a file; empty when the id is null.
    std::vector<boost::json::object> content(const boost::json::value& id);

private:
    std::string root_;
};

/// `count` lines with a custom_id and a body that names `model`, or none when it is empty.
std::string bare_lines(int count, const std::string& model = "");

}  // namespace overnight::test
