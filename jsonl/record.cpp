#include "jsonl/record.hpp"

#include "jsonl/fd.hpp"

#include <array>

namespace overnight::jsonl {
namespace {

bool ends_in(std::string_view text, std::string_view lower_suffix) {
    if (text.size() < lower_suffix.size()) return false;
    const std::string_view tail = text.substr(text.size() - lower_suffix.size());
    for (std::size_t i = 0; i < tail.size(); ++i) {
        const char c =
            tail[i] >= 'A' && tail[i] <= 'Z' ? static_cast<char>(tail[i] - 'A' + 'a') : tail[i];
        if (c != lower_suffix[i]) return false;
    }
    return true;
}

}  // namespace

Result<Format> format_of(const std::filesystem::path& path) {
    constexpr std::array<std::pair<std::string_view, Format>, 4> endings{
        {{".csv", Format::csv},
         {".tsv", Format::tsv},
         {".jsonl", Format::jsonl},
         {".ndjson", Format::jsonl}}};
    if (path == "-") return Format::jsonl;
    for (const auto& [ending, format] : endings)
        if (ends_in(path.native(), ending)) return format;
    return Error(Errc::invalid_input,
                 shown(path) +
                     ": the name does not say what kind of table it is: end it in .csv, .tsv, "
                     ".jsonl or .ndjson, or use \"-\" for JSONL on standard input");
}

std::string_view name(Format format) noexcept {
    switch (format) {
    case Format::csv:
        return "csv";
    case Format::tsv:
        return "tsv";
    case Format::jsonl:
        break;
    }
    return "jsonl";
}

const Field* Record::find(std::string_view field_name) const noexcept {
    for (const Field& field : fields)
        if (field.name == field_name) return &field;
    return nullptr;
}

}  // namespace overnight::jsonl
