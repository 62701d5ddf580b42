// Sends replies, whole or as the transport's faults want them.
#include "emulator/dialect.hpp"
#include "emulator/disk.hpp"
#include "emulator/service.hpp"

#include <algorithm>

namespace overnight::emulator {

namespace {

constexpr std::size_t piece_bytes = 256 * 1024;

// The reply's body, piece by piece, wherever it is.
class BodySource {
public:
    static core::Result<BodySource> open(const Reply& reply) {
        BodySource source(reply);
        if (reply.file) {
            OVERNIGHT_TRY_ASSIGN(source.file_, open_for_reading(reply.file->path));
        }
        return source;
    }

    std::uint64_t length() const { return reply_->file ? reply_->length : reply_->body.size(); }

    // Up to `size` bytes from `offset` on.
    core::Result<std::string_view> read(std::uint64_t offset, std::size_t size) {
        size = static_cast<std::size_t>(std::min<std::uint64_t>(size, length() - offset));
        if (!reply_->file)
            return std::string_view(reply_->body).substr(static_cast<std::size_t>(offset), size);
        buffer_.resize(size);
        OVERNIGHT_TRY_ASSIGN(const std::size_t have,
                             read_at(file_, buffer_.data(), size, reply_->offset + offset));
        if (have < size) return core::Error(core::Errc::internal, "a file is shorter than it was");
        return std::string_view(buffer_);
    }

private:
    explicit BodySource(const Reply& reply) : reply_(&reply) {}
    const Reply* reply_;
    Descriptor file_;
    std::string buffer_;
};

void add_common_headers(World& world, const Call& call, Reply& reply) {
    if (reply.status != 204 && !reply.content_type.empty()) {
        reply.headers.push_back({"Content-Type", reply.content_type});
    }
    call.dialect->front.add_headers(world, call, reply);
    for (const Rule* const rule : call.hits) {
        if (rule->fault() != Fault::header) continue;
        reply.headers.push_back(
            {std::string(rule->text("name", "x-fault")), std::string(rule->text("value", ""))});
    }
}

// The reply's first `bytes` bytes as they would go over the wire.
std::string beginning_of(const Reply& reply, std::uint64_t bytes) {
    std::string wire = "HTTP/1.1 " + std::to_string(reply.status) +
                       " OK\r\nContent-Length: " + std::to_string(reply.body.size()) + "\r\n";
    for (const model::HttpHeader& header : reply.headers)
        wire += header.name + ": " + header.value + "\r\n";
    wire += "\r\n" + reply.body;
    return wire.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes, wire.size())));
}

// How many bytes of the body are sent before the connection ends.
std::uint64_t truncated_length(const Rule& rule, std::uint64_t length) {
    if (rule.has("bytes")) {
        return std::min(length, static_cast<std::uint64_t>(
                                    std::max<std::int64_t>(0, rule.integer("bytes", 0))));
    }
    return static_cast<std::uint64_t>(static_cast<double>(length) *
                                      std::clamp(rule.number("part", 0.5), 0.0, 1.0));
}

core::Result<> send_body(World& world,
                         const Call& call,
                         BodySource& source,
                         net::ResponseWriter& out) {
    const Rule* const drip = call.hit(Fault::drip);
    const Rule* const cut = call.hit(Fault::truncate);
    const bool corrupt = call.hit(Fault::corrupt_content) != nullptr;
    const std::uint64_t length = source.length();
    const std::uint64_t end = cut != nullptr ? truncated_length(*cut, length) : length;
    const std::size_t piece = drip != nullptr ? static_cast<std::size_t>(std::clamp<std::int64_t>(
                                                    drip->integer("bytes", 1'024), 1, piece_bytes))
                                              : piece_bytes;
    std::string spoilt;
    for (std::uint64_t offset = 0; offset < end;) {
        OVERNIGHT_TRY_ASSIGN(std::string_view bytes,
                             source.read(offset, static_cast<std::size_t>(std::min<std::uint64_t>(
                                                     piece, end - offset))));
        if (corrupt && offset <= length / 2 && length / 2 < offset + bytes.size()) {
            spoilt = bytes;
            spoilt[static_cast<std::size_t>(length / 2 - offset)] = '\x01';
            bytes = spoilt;
        }
        OVERNIGHT_TRY(out.write(bytes));
        offset += bytes.size();
        if (drip != nullptr &&
            !world.pauses.pause(std::chrono::milliseconds{drip->integer("ms", 10)})) {
            return core::Error(core::Errc::cancelled, "the emulator is stopping");
        }
    }
    if (cut != nullptr && end < length) {
        end_connection(*cut, out);
        return {};
    }
    return out.finish();
}

// What becomes of a reply whose request has taken effect.
void act_after(const Call& call, Reply& reply) {
    if (const Rule* const rule = call.hit(Fault::apply_then_5xx)) {
        const Front& front = call.dialect->front;
        const auto status = static_cast<int>(rule->integer("status", 500));
        reply = front.error_reply(call, front.error_of(Trouble::failed, call, status));
        if (rule->text("body", "json") == "empty") reply.body.clear();
    }
    const Rule* const html = call.hit(Fault::reject_html);
    if (html != nullptr && html->flag("apply", false)) {
        reply = {};
        reply.status = static_cast<int>(html->integer("status", 200));
        reply.content_type = "text/html";
        reply.body = "<html><body><h1>Bad gateway</h1></body></html>";
    }
    if (const Rule* const rule = call.hit(Fault::oversize); rule != nullptr && !reply.file) {
        constexpr std::int64_t most = 256 << 20;
        reply.body.append(static_cast<std::size_t>(
                              std::clamp<std::int64_t>(rule->integer("bytes", 16 << 20), 0, most)),
                          ' ');
    }
}

}  // namespace

core::Result<> send_reply(World& world, const Call& call, Reply reply, net::ResponseWriter& out) {
    act_after(call, reply);
    add_common_headers(world, call, reply);
    const Rule* const delay = call.hit(Fault::delay);
    if (delay != nullptr && delay->text("where", "before") == "after") {
        if (!world.pauses.pause(std::chrono::milliseconds{delay->integer("ms", 1'000)})) return {};
    }
    if (const Rule* const rule = call.hit(Fault::apply_then_drop)) {
        const auto bytes =
            static_cast<std::uint64_t>(std::max<std::int64_t>(0, rule->integer("bytes", 0)));
        if (bytes > 0) OVERNIGHT_TRY(out.write_raw(beginning_of(reply, bytes)));
        end_connection(*rule, out);
        return {};
    }
    OVERNIGHT_TRY_ASSIGN(BodySource source, BodySource::open(reply));
    OVERNIGHT_TRY(out.begin(reply.status, reply.headers, source.length()));
    return send_body(world, call, source, out);
}

}  // namespace overnight::emulator
