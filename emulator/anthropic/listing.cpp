// Lists.
#include "emulator/anthropic/listing.hpp"

#include "core/text.hpp"
#include "emulator/json_text.hpp"

#include <algorithm>
#include <charconv>

namespace overnight::emulator::anthropic {

namespace {

constexpr std::size_t default_limit = 20;
constexpr std::size_t largest_limit = 1'000;

std::optional<std::size_t> limit_of(const Call& call) {
    const auto text = call.parameter("limit");
    if (!text) return default_limit;
    std::size_t limit = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
    if (error != std::errc{} || end != text->data() + text->size() || limit < 1 ||
        limit > largest_limit)
        return std::nullopt;
    return limit;
}

}  // namespace

ApiError pick_page(const Call& call, const std::vector<std::string_view>& ids, Page& page) {
    const auto limit = limit_of(call);
    if (!limit) return invalid("limit: Input should be from 1 to 1000");
    const auto after = call.parameter("after_id");
    const auto before = call.parameter("before_id");
    if (after && before) return invalid("after_id, before_id: only one may be given");
    const auto cursor = after ? after : before;
    auto at = ids.end();
    if (cursor) {
        at = std::find(ids.begin(), ids.end(), *cursor);
        if (at == ids.end())
            return error_of(404, "There is no object with the id " + core::printable(*cursor, 80));
    }
    const auto place = static_cast<std::size_t>(at - ids.begin());
    if (before) {
        page.end = place;
        page.begin = place - std::min(place, *limit);
        page.has_more = page.begin > 0;
    } else {
        // A list that repeats itself begins with what the last page ended with.
        const std::size_t step = call.hit(Fault::list_dup) == nullptr ? 1 : 0;
        page.begin = after ? place + step : 0;
        page.end = page.begin + std::min(ids.size() - page.begin, *limit);
        page.has_more = page.end < ids.size();
    }
    return {};
}

std::string list_json(const std::vector<std::string>& items,
                      bool has_more,
                      std::string_view first_id,
                      std::string_view last_id) {
    std::string data = "[";
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) data += ',';
        data += items[i];
    }
    data += ']';
    std::string out;
    ObjectWriter(out)
        .raw("data", data)
        .raw("has_more", has_more ? "true" : "false")
        .text_or_null("first_id", first_id)
        .text_or_null("last_id", last_id)
        .end();
    return out;
}

}  // namespace overnight::emulator::anthropic
