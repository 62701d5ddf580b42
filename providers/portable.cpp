#include "providers/portable.hpp"

#include "jsonl/json_text.hpp"
#include "providers/json_parts.hpp"

#include <array>
#include <charconv>

namespace overnight::providers {

core::Result<std::string> with_parameters(std::string_view parameters,
                                          const std::vector<Translated>& more) {
    if (more.empty()) return std::string(parameters);
    std::vector<JsonPart> parts;
    if (!parameters.empty()) {
        auto read = json_members(parameters);
        if (!read)
            return core::Error(core::Errc::invalid_input, "parameters: " + read.error().message());
        parts = *std::move(read);
    }
    std::string out = "{";
    const auto append = [&](std::string_view name, std::string_view json) {
        if (out.size() > 1) out.push_back(',');
        jsonl::append_json_string(out, name);
        out.append(":").append(json);
    };
    for (const auto& part : parts)
        append(part.name, part.raw);
    for (const auto& one : more) {
        std::vector<std::string_view> names = one.also;
        names.push_back(one.name);
        for (const auto name : names)
            if (find_part(parts, name) != nullptr)
                return core::Error(core::Errc::invalid_input,
                                   "[model] " + std::string(one.setting) + " and parameters." +
                                       std::string(name) + " say the same; keep one of them");
        append(one.name, one.json);
    }
    out.push_back('}');
    return out;
}

std::string_view portable_kind(std::string_view endpoint) noexcept {
    if (endpoint == "chat" || endpoint == "/v1/chat/completions") return "chat";
    if (endpoint == "embeddings" || endpoint == "/v1/embeddings") return "embeddings";
    return "";
}

std::string number_text(double value) {
    std::array<char, 32> text{};
    const auto [end, code] = std::to_chars(text.data(), text.data() + text.size(), value);
    return code == std::errc{} ? std::string(text.data(), end) : std::string("0");
}

}  // namespace overnight::providers
