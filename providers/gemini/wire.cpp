#include "providers/gemini/wire.hpp"

#include "providers/gemini/resource.hpp"
#include "providers/reply_status.hpp"
#include "providers/wire_values.hpp"

#include <boost/json.hpp>

#include <charconv>
#include <utility>

namespace overnight::providers::gemini {
namespace {

using core::Errc;
using core::Error;
using core::Result;
namespace json = boost::json;

constexpr double longest_wait_seconds = 86'400;

/// "31s", "0.5s".
std::optional<std::chrono::milliseconds> duration_of(std::string_view text) {
    double seconds = -1;
    const auto* end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data(), end, seconds, std::chars_format::fixed);
    if (code != std::errc{} ||
        std::string_view(stop, static_cast<std::size_t>(end - stop)) != "s" || !(seconds >= 0))
        return std::nullopt;
    return std::chrono::milliseconds(
        static_cast<std::int64_t>(std::min(seconds, longest_wait_seconds) * 1000));
}

void read_details(const json::object& error, ErrorBody& out) {
    const auto* details = list_at(error, "details");
    if (details == nullptr) return;
    for (const auto& entry : *details) {
        const auto* o = entry.if_object();
        if (o == nullptr) continue;
        const std::string type = text_at(*o, "@type");
        if (type.ends_with("google.rpc.RetryInfo"))
            out.wait = duration_of(text_at(*o, "retryDelay"));
        if (type.ends_with("google.rpc.ErrorInfo")) out.reason = text_at(*o, "reason");
    }
}

FileState state_of(std::string_view word) {
    if (word == "FAILED") return FileState::failed;
    return word.empty() || word == "ACTIVE" ? FileState::ready : FileState::pending;
}

Result<FileView> file_of(const json::object& o) {
    FileView view;
    OVERNIGHT_TRY_ASSIGN(view.id.v, resource_name(o, "name", "files/"));
    if (view.id.empty()) return Error(Errc::protocol, "a file without a name");
    view.bytes = count_at(o, "sizeBytes");
    view.filename = text_at(o, "displayName");
    view.created_at = date_at(o, "createTime");
    view.state = state_of(text_at(o, "state"));
    return view;
}

}  // namespace

Error broken(std::string_view what, const model::HttpResponse& reply) {
    return broken_reply("Gemini", what, reply);
}

Result<json::object> object_of(const model::HttpResponse& reply) {
    if (!is_success(reply.status)) return broken("is no success", reply);
    auto value = parse_json(reply.body);
    if (!value || !value->is_object()) return broken("is not a JSON object", reply);
    return std::move(value->get_object());
}

std::optional<ErrorBody> read_error(const model::HttpResponse& reply) {
    const auto value = parse_json(reply.body);
    const auto* envelope = value ? value->if_object() : nullptr;
    const auto* error = envelope == nullptr ? nullptr : object_at(*envelope, "error");
    if (error == nullptr) return std::nullopt;
    const auto* message = error->if_contains("message");
    const auto* code = error->if_contains("code");
    const auto* status = error->if_contains("status");
    if (message == nullptr || !message->is_string() || code == nullptr || !code->is_number() ||
        status == nullptr || !status->is_string())
        return std::nullopt;
    ErrorBody body;
    body.code = count_at(*error, "code");
    if (reply.status < 0 || body.code != static_cast<std::uint64_t>(reply.status))
        return std::nullopt;
    body.status = text_at(*error, "status");
    body.message = text_at(*error, "message");
    read_details(*error, body);
    return body;
}

Result<FileView> read_file(const model::HttpResponse& reply) {
    OVERNIGHT_TRY_ASSIGN(const json::object o, object_of(reply));
    const auto* within = object_at(o, "file");
    const json::object& file = within != nullptr ? *within : o;
    auto view = file_of(file);
    if (!view) return broken("is " + view.error().message(), reply);
    const auto* bytes = file.if_contains("sizeBytes");
    if (bytes == nullptr || !count_of(*bytes)) return broken("does not say the file's size", reply);
    return view;
}

Result<Page<FileView>> read_file_page(const model::HttpResponse& reply) {
    OVERNIGHT_TRY_ASSIGN(const json::object o, object_of(reply));
    Page<FileView> page;
    if (o.contains("error")) return broken("is an error in a page's place", reply);
    if (o.contains("files")) {
        const auto* files = list_at(o, "files");
        if (files == nullptr) return broken("has no list \"files\"", reply);
        for (const auto& entry : *files) {
            const auto* item = entry.if_object();
            if (item == nullptr) return broken("lists something that is no object", reply);
            auto view = file_of(*item);
            if (!view) return broken("lists " + view.error().message(), reply);
            page.items.push_back(*std::move(view));
        }
    }
    OVERNIGHT_TRY_ASSIGN(page.next, next_page(o));
    page.more = !page.next.empty();
    return page;
}

Result<bool> read_deleted(const model::HttpResponse& reply) {
    OVERNIGHT_TRY_ASSIGN(const json::object o, object_of(reply));
    if (!o.empty()) return broken("does not say that the file is deleted", reply);
    return true;
}

Result<std::string> next_page(const json::object& page) {
    const auto* token = page.if_contains("nextPageToken");
    if (token != nullptr && !token->is_string())
        return Error(Errc::protocol, "a page whose nextPageToken is no text");
    return optional_id(page, "nextPageToken");
}

}  // namespace overnight::providers::gemini
