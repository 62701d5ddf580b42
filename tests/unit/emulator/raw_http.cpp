// Plain sockets.
#include "raw_http.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <cstdlib>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace overnight::test {

namespace {

class Socket {
public:
    explicit Socket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ =
            ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    }
    ~Socket() { ::close(fd_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    bool send_all(std::string_view data) {
        while (connected_ && !data.empty()) {
            const ssize_t n = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
            if (n <= 0) return false;
            data.remove_prefix(static_cast<std::size_t>(n));
        }
        return connected_;
    }
    std::string receive_all() {
        std::string all;
        std::string buffer(256 * 1024, '\0');
        while (connected_) {
            const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
            if (n <= 0) break;
            all.append(buffer, 0, static_cast<std::size_t>(n));
        }
        return all;
    }

private:
    int fd_;
    bool connected_ = false;
};

RawReply parse(std::string wire) {
    RawReply reply;
    const std::size_t end = wire.find("\r\n\r\n");
    if (wire.rfind("HTTP/1.1 ", 0) == 0 && wire.size() > 12)
        reply.status = std::atoi(wire.c_str() + 9);
    std::size_t pos = wire.find("\r\n");
    while (end != std::string::npos && pos < end) {
        const std::size_t start = pos + 2;
        pos = wire.find("\r\n", start);
        const std::string line = wire.substr(start, pos - start);
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos) continue;
        std::string name = line.substr(0, colon);
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        reply.headers[name] = line.substr(std::min(colon + 2, line.size()));
    }
    if (end != std::string::npos) reply.body = wire.substr(end + 4);
    const auto length = reply.headers.find("content-length");
    reply.complete =
        length != reply.headers.end() && std::to_string(reply.body.size()) == length->second;
    reply.wire = std::move(wire);
    return reply;
}

constexpr std::string_view boundary = "----overnight-test-boundary";

}  // namespace

RawReply exchange(std::uint16_t port, const RawRequest& request) {
    Socket socket(port);
    std::string head = request.method + ' ' + request.target +
                       " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n";
    for (const std::string& header : request.headers)
        head += header + "\r\n";
    if (!request.body.empty() || request.method == "POST") {
        head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    }
    head += "\r\n";
    socket.send_all(head);
    socket.send_all(request.body);
    return parse(socket.receive_all());
}

std::string multipart_body(const std::vector<FormPart>& parts, std::string_view with) {
    std::string body;
    for (const FormPart& part : parts) {
        body += "--" + std::string(with) + "\r\nContent-Disposition: form-data; name=\"" +
                part.name + '"';
        if (!part.filename.empty())
            body += "; filename=\"" + part.filename + "\"\r\nContent-Type: application/jsonl";
        body += "\r\n\r\n" + part.value + "\r\n";
    }
    return body + "--" + std::string(with) + "--\r\n";
}

RawReply send_generated(std::uint16_t port,
                        std::string_view head,
                        std::string_view piece,
                        std::uint64_t times) {
    Socket socket(port);
    socket.send_all(head);
    for (std::uint64_t i = 0; i < times && socket.send_all(piece); ++i) {
    }
    return parse(socket.receive_all());
}

RawReply send_made(std::uint16_t port,
                   std::string_view head,
                   const std::function<std::string(std::uint64_t)>& piece,
                   std::uint64_t times) {
    Socket socket(port);
    socket.send_all(head);
    for (std::uint64_t i = 0; i < times && socket.send_all(piece(i)); ++i) {
    }
    return parse(socket.receive_all());
}

void send_and_leave(std::uint16_t port, std::string_view bytes) {
    Socket(port).send_all(bytes);
}

RawReply upload_generated(std::uint16_t port,
                          std::string_view line,
                          std::uint64_t lines,
                          std::string_view key) {
    const std::string head =
        "--" + std::string(boundary) +
        "\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--" +
        std::string(boundary) +
        "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"big.jsonl\"\r\n\r\n";
    const std::string tail = "\r\n--" + std::string(boundary) + "--\r\n";
    const std::uint64_t length = head.size() + lines * line.size() + tail.size();
    Socket socket(port);
    socket.send_all(
        "POST /v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: "
        "Bearer " +
        std::string(key) + "\r\nContent-Type: multipart/form-data; boundary=" +
        std::string(boundary) + "\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n");
    socket.send_all(head);
    std::string block;
    while (block.size() < 200'000)
        block += line;
    const std::uint64_t lines_in_block = block.size() / line.size();
    for (std::uint64_t sent = 0; sent < lines;) {
        const std::uint64_t now = std::min(lines_in_block, lines - sent);
        if (!socket.send_all(std::string_view(block).substr(0, now * line.size()))) break;
        sent += now;
    }
    socket.send_all(tail);
    return parse(socket.receive_all());
}

}  // namespace overnight::test
