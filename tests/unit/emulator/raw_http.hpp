// A small HTTP client over a plain socket, so that the emulator is tested with nothing of the
// project's own client.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::test {

struct RawReply {
    int status = 0;                              ///< 0: no reply came
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;
    std::string wire;       ///< everything that was received
    bool complete = false;  ///< as long as Content-Length said
};

struct RawRequest {
    std::string method = "GET";
    std::string target;
    std::vector<std::string> headers;  ///< "Name: value"
    std::string body;
};

/// One request on its own connection; reads until the server closes it.
RawReply exchange(std::uint16_t port, const RawRequest& request);

/// A multipart body with the given fields and one file.
struct FormPart {
    std::string name;
    std::string value;
    std::string filename;  ///< empty: a field
};
std::string multipart_body(const std::vector<FormPart>& parts, std::string_view boundary);

/// Sends `head`, then `piece` as often as it says, and reads the reply: nothing is held in memory.
RawReply send_generated(std::uint16_t port,
                        std::string_view head,
                        std::string_view piece,
                        std::uint64_t times);

/// The same with pieces that are made one by one.
RawReply send_made(std::uint16_t port,
                   std::string_view head,
                   const std::function<std::string(std::uint64_t)>& piece,
                   std::uint64_t times);

/// Sends bytes and closes the connection without waiting for a reply.
void send_and_leave(std::uint16_t port, std::string_view bytes);

/// Uploads a JSONL file that is made line by line: nothing of it is held in memory.
RawReply upload_generated(std::uint16_t port,
                          std::string_view line,
                          std::uint64_t lines,
                          std::string_view key);

}  // namespace overnight::test
