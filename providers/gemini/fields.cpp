#include "providers/gemini/fields.hpp"

#include "core/text.hpp"

#include <utility>

namespace overnight::providers::gemini {

std::string snake_case(std::string_view name) {
    std::string out;
    out.reserve(name.size() + 4);
    for (const char c : name) {
        const bool upper = c >= 'A' && c <= 'Z';
        if (upper && !out.empty()) out.push_back('_');
        out.push_back(upper ? static_cast<char>(c - 'A' + 'a') : c);
    }
    return out;
}

core::Result<std::vector<Field>> read_fields(std::string_view json, std::string_view where) {
    auto parts = json_members(json);
    if (!parts)
        return core::Error(core::Errc::invalid_input,
                           std::string(where) + ": " + parts.error().message());
    std::vector<Field> fields;
    fields.reserve(parts->size());
    for (auto& part : *parts) {
        Field field{snake_case(part.name), part.name, part.kind, part.raw};
        if (const auto* twin = find_field(fields, field.name))
            return core::Error(core::Errc::invalid_input,
                               std::string(where) + ": \"" + core::printable(twin->written, 80) +
                                   "\" and \"" + core::printable(field.written, 80) +
                                   "\" are the same; keep one of them");
        fields.push_back(std::move(field));
    }
    return fields;
}

const Field* find_field(const std::vector<Field>& fields, std::string_view name) noexcept {
    for (const auto& field : fields)
        if (field.name == name) return &field;
    return nullptr;
}

}  // namespace overnight::providers::gemini
