#include "model/custom_id.hpp"

#include "core/bytes.hpp"

#include <algorithm>

namespace overnight::model {
namespace {

constexpr std::string_view tag_prefix = "on1-";
constexpr std::size_t installation_characters = 6;

bool is_lower_alnum(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

}  // namespace

std::string make_tag(std::string_view installation, const core::IntentId& intent) {
    std::string tag{tag_prefix};
    tag.append(installation).append("-").append(intent.v);
    return tag;
}

std::optional<Tag> parse_tag(std::string_view text) {
    const std::size_t whole = tag_prefix.size() + installation_characters + 1 + intent_characters;
    if (text.size() != whole || !text.starts_with(tag_prefix)) return std::nullopt;
    const auto installation = text.substr(tag_prefix.size(), installation_characters);
    const auto intent = text.substr(whole - intent_characters);
    if (text[whole - intent_characters - 1] != '-' || !is_lower_alnum(installation) ||
        !is_lower_alnum(intent))
        return std::nullopt;
    return Tag{std::string(installation), core::IntentId{std::string(intent)}};
}

std::string make_custom_id(const core::IntentId& intent,
                           std::uint32_t index,
                           std::uint16_t attempt) {
    std::string id = intent.v;
    id.append("_").append(core::base36(index)).append("_").append(std::to_string(attempt));
    return id;
}

std::optional<CustomId> parse_custom_id(std::string_view text) noexcept {
    if (text.size() < intent_characters + 4 || text[intent_characters] != '_') return std::nullopt;
    CustomId id;
    id.intent = text.substr(0, intent_characters);
    if (!is_lower_alnum(id.intent)) return std::nullopt;
    const auto rest = text.substr(intent_characters + 1);
    const auto bar = rest.find('_');
    if (bar == std::string_view::npos) return std::nullopt;
    const auto index = core::unbase36(rest.substr(0, bar));
    if (!index || *index > 0xffffffffu) return std::nullopt;
    id.index = static_cast<std::uint32_t>(*index);
    std::uint32_t attempt = 0;
    const auto digits = rest.substr(bar + 1);
    if (digits.empty() || digits.size() > 5) return std::nullopt;
    for (const char c : digits) {
        if (c < '0' || c > '9') return std::nullopt;
        attempt = attempt * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (attempt > 0xffff) return std::nullopt;
    id.attempt = static_cast<std::uint16_t>(attempt);
    return id;
}

core::IntentId new_intent() {
    return core::IntentId{core::base32(core::random_bytes(16))};
}

std::string new_installation_id() {
    return core::base32(core::random_bytes(4)).substr(0, 6);
}

}  // namespace overnight::model
