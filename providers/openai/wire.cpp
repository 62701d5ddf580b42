#include "providers/openai/wire.hpp"

#include "jsonl/utf8_repair.hpp"
#include "providers/body_text.hpp"
#include "providers/json_parts.hpp"
#include "providers/openai/batch_object.hpp"
#include "providers/reply_status.hpp"
#include "providers/wire_values.hpp"
#include "recipe/json_walk.hpp"

#include <array>
#include <type_traits>
#include <utility>

namespace overnight::providers::openai {
namespace {

using core::Errc;
using core::Error;
using core::Result;
namespace json = boost::json;

constexpr std::size_t longest_token = 4'096;  // ours, of a list's cursor

Error broken(const Profile& profile, std::string_view what, const model::HttpResponse& reply) {
    return broken_reply(profile.name, what, reply);
}

Result<json::value> value_of(const Profile& profile, const model::HttpResponse& reply) {
    if (!is_success(reply.status)) return broken(profile, "is no success", reply);
    auto value = parse_json(reply.body);
    if (!value) return broken(profile, "is not a JSON object", reply);
    return *std::move(value);
}

/// The object in a 2xx reply.
Result<json::object> object_of(const Profile& profile, const model::HttpResponse& reply) {
    OVERNIGHT_TRY_ASSIGN(auto value, value_of(profile, reply));
    if (!value.is_object()) return broken(profile, "is not a JSON object", reply);
    return std::move(value.get_object());
}

const json::value* size_in(const json::object& o) {
    for (const char* name : {"bytes", "size_bytes", "size"})
        if (const auto* size = o.if_contains(name)) return size;
    return nullptr;
}

FileState state_of(std::string_view word) noexcept {
    if (word.empty() || word == "processed") return FileState::ready;
    const bool failed = word == "error" || word == "deleting" || word == "deleted";
    return failed ? FileState::failed : FileState::pending;
}

Result<FileView> file_of(const Profile& profile, const json::object& o) {
    FileView view;
    OVERNIGHT_TRY_ASSIGN(view.id.v, required_id(o, "id"));
    if (const auto* size = size_in(o)) view.bytes = count_of(*size).value_or(0);
    view.filename = text_at(o, "filename");
    view.created_at = date_at(o, "created_at");
    if (profile.checks_file) view.state = state_of(text_at(o, "status"));
    return view;
}

/// Where the page behind this one begins. A numbered page does not know its number: whoever asked
/// for it counts on.
template <class Item>
Result<> read_cursor(const Profile& profile,
                     const json::object& o,
                     const model::HttpResponse& reply,
                     Page<Item>& page) {
    switch (profile.cursor.kind) {
    case Cursor::Kind::none:
        return {};
    case Cursor::Kind::number: {
        // A server may give smaller pages than it was asked for: only an empty one ends a long
        // list.
        const auto* total = o.if_contains("total");
        const auto count = total == nullptr ? std::nullopt : count_of(*total);
        page.more = !page.items.empty() && (!count || page.items.size() < *count);
        return {};
    }
    case Cursor::Kind::token:
        page.next = text_at(o, profile.cursor.name);
        page.more = !page.next.empty();
        if (page.next.size() > longest_token)
            return broken(profile, "has a cursor that is too long", reply);
        return {};
    case Cursor::Kind::id:
        break;
    }
    const auto* more = o.if_contains("has_more");
    if (more != nullptr && more->is_bool()) {
        page.more = more->get_bool();
    } else if constexpr (std::is_same_v<Item, BatchView>) {
        // A batch that a list leaves out may be paid for again; a file is uploaded again for
        // nothing.
        if (profile.says_more) return broken(profile, "does not say whether there is more", reply);
        page.more = !page.items.empty();
    }
    if (!page.more) return {};
    // Some answers leave last_id out; the last element's id is the same cursor (openai.md 2.2).
    OVERNIGHT_TRY_ASSIGN(page.next, optional_id(o, "last_id"));
    if (page.next.empty() && !page.items.empty()) page.next = page.items.back().id.v;
    if (page.next.empty()) return broken(profile, "says that there is more, but not where", reply);
    return {};
}

/// `list`: the member that holds the elements; null: the reply itself is the list.
template <class Item>
Result<Page<Item>> page_of(const Profile& profile,
                           const model::HttpResponse& reply,
                           const char* list,
                           Result<Item> (*item_of)(const Profile&, const json::object&)) {
    OVERNIGHT_TRY_ASSIGN(const auto value, value_of(profile, reply));
    const auto* o = value.if_object();
    if (list != nullptr && o == nullptr) return broken(profile, "is not a JSON object", reply);
    const auto* data = list == nullptr ? value.if_array() : list_at(*o, list);
    if (data == nullptr)
        return broken(
            profile,
            list == nullptr ? "is not a list" : "has no list \"" + std::string(list) + "\"", reply);
    Page<Item> page;
    for (const auto& entry : *data) {
        const auto* item = entry.if_object();
        if (item == nullptr) return broken(profile, "lists something that is no object", reply);
        auto made = item_of(profile, *item);
        if (!made) return broken(profile, "lists " + made.error().message(), reply);
        page.items.push_back(*std::move(made));
    }
    if (o != nullptr) OVERNIGHT_TRY(read_cursor(profile, *o, reply, page));
    return page;
}

bool is_text(const json::object& o, const char* name) noexcept {
    const auto* v = o.if_contains(name);
    return v != nullptr && v->is_string();
}

/// {"object":"error","message","type","code"}, or {"detail"}.
std::optional<ErrorBody> flat_error(const json::object& o) {
    if (const auto* detail = o.if_contains("detail"))
        if (detail->is_string() || detail->is_array()) {
            const auto text = json::serialize(*detail);
            return ErrorBody{"", "", is_text(o, "detail") ? text_at(o, "detail") : text, true};
        }
    if (!is_text(o, "message")) return std::nullopt;
    constexpr std::array marks{"object", "type", "code", "request_id"};
    for (const char* mark : marks)
        if (o.contains(mark))
            return ErrorBody{text_at(o, "code"), text_at(o, "type"), text_at(o, "message"), false};
    return std::nullopt;
}

}  // namespace

std::optional<ErrorBody> read_error(const Profile& profile, std::string_view body) {
    const auto value = parse_json(body);
    const auto* envelope = value ? value->if_object() : nullptr;
    if (envelope == nullptr) return std::nullopt;
    if (const auto* error = object_at(*envelope, "error");
        error != nullptr && is_text(*error, "message"))
        return ErrorBody{text_at(*error, "code"), text_at(*error, "type"),
                         text_at(*error, "message"), false};
    if (profile.errors == ErrorShape::flat) return flat_error(*envelope);
    if (profile.errors == ErrorShape::text && is_text(*envelope, "error") &&
        is_text(*envelope, "code"))
        return ErrorBody{text_at(*envelope, "code"), "", text_at(*envelope, "error"), false};
    return std::nullopt;
}

Result<FileView> read_file(const Profile& profile, const model::HttpResponse& reply) {
    OVERNIGHT_TRY_ASSIGN(const json::object o, object_of(profile, reply));
    auto view = file_of(profile, o);
    if (!view) return broken(profile, "is " + view.error().message(), reply);
    const auto* size = size_in(o);
    if (size == nullptr || !count_of(*size))
        return broken(profile, "does not say the file's size", reply);
    return view;
}

Result<Page<FileView>> read_file_page(const Profile& profile, const model::HttpResponse& reply) {
    return page_of<FileView>(profile, reply, "data", file_of);
}

Result<bool> read_deleted(const Profile& profile, const model::HttpResponse& reply) {
    OVERNIGHT_TRY_ASSIGN(const json::object o, object_of(profile, reply));
    const auto* deleted = o.if_contains("deleted");
    if (deleted == nullptr || !deleted->is_bool())
        return broken(profile, "does not say whether the file is deleted", reply);
    return deleted->get_bool();
}

Result<BatchView> read_batch(const Profile& profile, const model::HttpResponse& reply) {
    OVERNIGHT_TRY_ASSIGN(const json::object o, object_of(profile, reply));
    auto view = batch_of(profile, o);
    if (!view) return broken(profile, "is " + view.error().message(), reply);
    if (view->input_file.empty() && (profile.echoes_input || view->tag.empty()))
        return broken(profile, "is a batch without an " + std::string(profile.batch.input), reply);
    return view;
}

Result<Page<BatchView>> read_batch_page(const Profile& profile, const model::HttpResponse& reply) {
    return page_of<BatchView>(profile, reply, profile.batch.list, batch_of);
}

Result<std::string> read_result_page(const Profile& profile,
                                     const model::HttpResponse& reply,
                                     std::string& lines) {
    if (!is_success(reply.status)) return broken(profile, "is no success", reply);
    auto members = json_members(reply.body);
    std::string mended;
    if (!members) {
        // Half a character must not cost a page of answers that were paid for.
        mended = jsonl::repaired_utf8(reply.body);
        recipe::mend_lone_surrogates(mended);
        members = json_members(mended);
    }
    const auto* results = members ? find_part(*members, "results") : nullptr;
    if (results == nullptr || results->kind != JsonKind::list)
        return broken(profile, "has no list \"results\"", reply);
    OVERNIGHT_TRY_ASSIGN(const auto elements, json_elements(results->raw));
    const auto* token = find_part(*members, profile.cursor.name);
    std::string next;
    if (token != nullptr && token->kind == JsonKind::text) {
        OVERNIGHT_TRY_ASSIGN(next, json_string(token->raw));
    }
    if (next.size() > longest_token) return broken(profile, "has a cursor that is too long", reply);
    for (const auto& element : elements) {
        append_one_line(lines, element.raw);
        lines.push_back('\n');
    }
    return next;
}

}  // namespace overnight::providers::openai
