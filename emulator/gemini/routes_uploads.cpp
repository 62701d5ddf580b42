// The ways to upload a file: resumable, multipart and raw (providers/gemini.md 4.1).
#include "emulator/gemini/add_file.hpp"
#include "emulator/gemini/file_json.hpp"
#include "emulator/gemini/related.hpp"
#include "emulator/gemini/replies.hpp"
#include "emulator/gemini/routes.hpp"
#include "emulator/gemini/upload_sessions.hpp"

#include <charconv>

namespace overnight::emulator::gemini {

namespace {

constexpr std::size_t max_spec_bytes = 64 * 1024;
constexpr std::chrono::seconds longest_wait{5};  // for a connection that is about to be given up

std::optional<std::uint64_t> number_in(const Call& call, std::string_view header) {
    const auto text = call.header(header);
    std::uint64_t n = 0;
    if (!text) return std::nullopt;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), n);
    if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
    return n;
}

// The words of "upload, finalize".
bool commands(const Call& call, std::string_view word) {
    std::string_view rest = call.header("X-Goog-Upload-Command").value_or("");
    while (!rest.empty()) {
        const std::size_t stop = std::min(rest.find(','), rest.size());
        std::string_view one = rest.substr(0, stop);
        rest.remove_prefix(std::min(stop + 1, rest.size()));
        while (!one.empty() && one.front() == ' ')
            one.remove_prefix(1);
        while (!one.empty() && one.back() == ' ')
            one.remove_suffix(1);
        if (one == word) return true;
    }
    return false;
}

std::string_view protocol_of(const Call& call) {
    if (const auto header = call.header("X-Goog-Upload-Protocol")) return *header;
    const std::string_view type = call.parameter("uploadType").value_or("");
    return type == "media" ? "raw" : type;
}

// What the upload's own headers say is stronger than what the message says.
void take_headers(const Call& call, FileSpec& spec) {
    if (const auto type = call.header("X-Goog-Upload-Header-Content-Type")) spec.mime_type = *type;
    if (const auto bytes = number_in(call, "X-Goog-Upload-Header-Content-Length"))
        spec.bytes = bytes;
    if (const auto name = call.header("X-Goog-Upload-File-Name"); name && spec.display_name.empty())
        spec.display_name = *name;
}

Reply with_status(Reply reply, const UploadSession& session) {
    reply.headers.push_back({"X-Goog-Upload-Status", std::string(name(session.state))});
    if (session.state == UploadSession::State::active)
        reply.headers.push_back(
            {"X-Goog-Upload-Size-Received", std::to_string(session.blob.bytes())});
    return reply;
}

core::Result<Reply> start_resumable(World& world, const Call& call) {
    auto text = call.reader->read_all(max_spec_bytes);
    if (!text && text.error().code() != core::Errc::invalid_input) return std::move(text).error();
    auto spec = text ? read_file_spec(*text)
                     : core::Error(core::Errc::invalid_input, "The request is too large.");
    if (!spec) return invalid_argument(spec.error().message());
    take_headers(call, *spec);
    if (const ApiError wrong = check_spec(world, call, *spec); wrong.status != 0)
        return error_reply(wrong);
    OVERNIGHT_TRY_ASSIGN(const auto session,
                         world.upload_sessions.start(std::move(*spec), world.files->new_blob(),
                                                     call.key_fingerprint));
    Reply reply;
    reply.content_type = "text/plain; charset=utf-8";
    reply.headers.push_back(
        {"X-Goog-Upload-URL", base_of(call) + std::string(upload_session_path) + session->id});
    return with_status(std::move(reply), *session);
}

core::Result<Reply> added_reply(World& world, const Call& call, core::Result<Added> added) {
    if (!added) return std::move(added).error();
    if (added->file == nullptr) return error_reply(added->error);
    return file_reply(world, call, *added->file);
}

core::Result<Reply> upload_raw(World& world, const Call& call) {
    FileSpec spec;
    spec.mime_type = call.header("Content-Type").value_or("");
    take_headers(call, spec);
    if (const ApiError wrong = check_spec(world, call, spec); wrong.status != 0)
        return error_reply(wrong);
    OVERNIGHT_TRY_ASSIGN(HashedBlob blob,
                         HashedBlob::create(world.files->new_blob(), max_upload_bytes));
    if (auto received = blob.append_all(*call.reader); !received) {
        if (received.error().code() != core::Errc::invalid_input)
            return std::move(received).error();
        return invalid_argument(received.error().message());
    }
    return added_reply(world, call, add_file(world, spec, blob, call.key_fingerprint));
}

core::Result<Reply> upload_multipart(World& world, const Call& call) {
    OVERNIGHT_TRY_ASSIGN(HashedBlob blob,
                         HashedBlob::create(world.files->new_blob(), max_upload_bytes));
    auto spec = read_related(call.header("Content-Type").value_or(""), *call.reader, blob);
    if (!spec) {
        if (spec.error().code() != core::Errc::invalid_input) return std::move(spec).error();
        return invalid_argument(spec.error().message());
    }
    if (const ApiError wrong = check_spec(world, call, *spec); wrong.status != 0)
        return error_reply(wrong);
    return added_reply(world, call, add_file(world, *spec, blob, call.key_fingerprint));
}

// The bytes of a chunk, and the end of the upload when it is the last.
core::Result<Reply> take_chunk(World& world, const Call& call, UploadSession& session) {
    const bool finalize = commands(call, "finalize");
    if (!finalize && !commands(call, "upload"))
        return with_status(invalid_argument("Unknown X-Goog-Upload-Command."), session);
    const auto offset = number_in(call, "X-Goog-Upload-Offset");
    if (commands(call, "upload") && offset.value_or(~std::uint64_t{0}) != session.blob.bytes())
        return with_status(invalid_argument("X-Goog-Upload-Offset must be " +
                                            std::to_string(session.blob.bytes()) + '.'),
                           session);
    if (auto received = session.blob.append_all(*call.reader); !received) {
        if (received.error().code() != core::Errc::invalid_input)
            return std::move(received).error();
        return with_status(invalid_argument(received.error().message()), session);
    }
    if (!finalize) return with_status(Reply(), session);
    OVERNIGHT_TRY_ASSIGN(Added added, add_file(world, session.spec, session.blob, session.key));
    if (added.file == nullptr) {
        session.state = UploadSession::State::cancelled;
        session.blob.discard();
        return with_status(error_reply(added.error), session);
    }
    session.file = added.file;
    session.state = UploadSession::State::final;
    return with_status(file_reply(world, call, *session.file), session);
}

}  // namespace

core::Result<Reply> upload(World& world, const Call& call) {
    // An upload that is applied late has lost its bytes.
    if (call.reader == nullptr) return invalid_argument("The upload has no bytes.");
    const std::string_view protocol = protocol_of(call);
    if (protocol == "multipart") return upload_multipart(world, call);
    if (protocol == "raw") return upload_raw(world, call);
    if (protocol == "resumable" && commands(call, "start")) return start_resumable(world, call);
    return invalid_argument(
        "X-Goog-Upload-Protocol must be resumable, multipart or raw, and a "
        "resumable upload must begin with X-Goog-Upload-Command: start.");
}

core::Result<Reply> continue_upload(World& world, const Call& call) {
    const auto session = world.upload_sessions.find(call.id);
    if (session == nullptr || call.reader == nullptr)
        return error_reply(rpc_error("NOT_FOUND", "There is no such upload."));
    const std::unique_lock lock(session->mutex, longest_wait);
    if (!lock.owns_lock())
        return error_reply(rpc_error("ABORTED", "Another request goes on with this upload."));
    if (commands(call, "query")) {
        // Whoever lost the last reply gets it again.
        if (session->file) return with_status(file_reply(world, call, *session->file), *session);
        return with_status(Reply(), *session);
    }
    if (session->state != UploadSession::State::active)
        return with_status(invalid_argument("Upload has already been terminated."), *session);
    if (commands(call, "cancel")) {
        session->state = UploadSession::State::cancelled;
        session->blob.discard();
        return with_status(Reply(), *session);
    }
    return take_chunk(world, call, *session);
}

}  // namespace overnight::emulator::gemini
