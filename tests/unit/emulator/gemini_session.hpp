// An emulator under test, spoken to in Gemini's dialect.
#pragma once

#include "session.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace overnight::test {

class GeminiSession {
public:
    explicit GeminiSession(std::string faults = "", std::filesystem::path state = {})
        : session(std::move(faults), std::move(state)) {}

    RawReply send(const std::string& method,
                  const std::string& target,
                  std::string body = "",
                  std::vector<std::string> headers = {});
    RawReply get(const std::string& target) { return send("GET", target); }
    RawReply del(const std::string& target) { return send("DELETE", target, "{}"); }
    RawReply post(const std::string& target,
                  std::string body,
                  std::vector<std::string> headers = {}) {
        return send("POST", target, std::move(body), std::move(headers));
    }

    /// The first step of a resumable upload.
    RawReply start_upload(const std::string& message, const std::string& bytes = "");
    /// The path of the upload's address, behind the host.
    static std::string upload_path(const RawReply& started);
    RawReply send_chunk(const std::string& path,
                        const std::string& bytes,
                        std::uint64_t offset,
                        const std::string& command);
    /// Both steps; the reply to the last.
    RawReply upload(const std::string& content, const std::string& message = default_message);
    std::string upload_name(const std::string& content);

    RawReply create(const std::string& file, const std::string& model = "gemini-2.5-flash");
    RawReply create_inline(const std::string& requests,
                           const std::string& model = "gemini-2.5-flash",
                           const std::string& verb = "batchGenerateContent");
    /// Uploads and creates; the batch's name.
    std::string start_batch(const std::string& content);

    boost::json::object batch(const std::string& name);
    /// Moves the clock until the batch shows that state, and gives up after a while of real time.
    boost::json::object wait_for(const std::string& name, const std::string& state);
    /// Moves the clock until the batch is done.
    boost::json::object finish(const std::string& name);
    /// The text of its result file; empty when there is none.
    std::string results(const boost::json::object& batch);
    std::vector<boost::json::object> lines(const boost::json::object& batch);

    Session session;

private:
    static constexpr const char* default_message =
        R"({"file":{"displayName":"run 1","mimeType":"application/jsonl"}})";
};

std::string state_of(const boost::json::object& batch);

/// `count` lines with keys k1, k2, ...; `text` stands in each, with its number. `more` is appended
/// to the request, with its comma.
std::string gemini_lines(int count,
                         const std::string& text = "Classify this topic",
                         const std::string& more = "");
std::string gemini_request(const std::string& text, const std::string& more = "");

}  // namespace overnight::test
