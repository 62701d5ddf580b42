// The models: those that providers/anthropic.md 7 has prices for.
#include "emulator/anthropic/listing.hpp"
#include "emulator/anthropic/routes.hpp"
#include "emulator/json_text.hpp"

#include <array>

namespace overnight::emulator::anthropic {

namespace {

// Newest first.
constexpr std::array<std::string_view, 13> models{
    "claude-fable-5-1", "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5",
    "claude-fable-5",   "claude-opus-5",   "claude-sonnet-5",   "claude-opus-4-8",
    "claude-opus-4-7",  "claude-opus-4-6", "claude-sonnet-4-6", "claude-sonnet-4-5",
    "claude-haiku-4-5",
};

// "claude-opus-5-5" is shown as "Claude Opus 5.5".
std::string display_name(std::string_view id) {
    std::string shown;
    char last = '-';
    for (const char c : id) {
        const bool digit_before = !shown.empty() && shown.back() >= '0' && shown.back() <= '9';
        if (c == '-') {
            shown += digit_before ? '.' : ' ';
        } else {
            shown += last == '-' && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        }
        last = c;
    }
    return shown;
}

void put_model(std::string& out, std::string_view id) {
    ObjectWriter(out)
        .text("type", "model")
        .text("id", id)
        .text("display_name", display_name(id))
        .text("created_at", "2026-01-01T00:00:00Z")
        .end();
}

}  // namespace

core::Result<Reply> list_models(World&, const Call& call) {
    const std::vector<std::string_view> ids(models.begin(), models.end());
    Page page;
    if (const ApiError wrong = pick_page(call, ids, page); wrong.status != 0)
        return error_reply(call, wrong);
    std::vector<std::string> items;
    for (std::size_t i = page.begin; i < page.end; ++i)
        put_model(items.emplace_back(), ids[i]);
    const bool empty = items.empty();
    return json_reply(list_json(items, page.has_more, empty ? std::string_view() : ids[page.begin],
                                empty ? std::string_view() : ids[page.end - 1]));
}

// Any name is a model here, as it is in requests.
core::Result<Reply> get_model(World&, const Call& call) {
    std::string out;
    put_model(out, call.id);
    return json_reply(std::move(out));
}

}  // namespace overnight::emulator::anthropic
