// Every provider this program knows, one line each.
#include "providers/api.hpp"
#include "providers/openai/adapter.hpp"

#include <array>

namespace overnight::providers {
namespace {

struct Entry {
    std::string_view kind;
    const Adapter& (*adapter)();
};

constexpr std::array entries{
    Entry{"openai", openai::adapter},
};

}  // namespace

const Adapter* find_adapter(std::string_view kind) {
    for (const auto& entry : entries)
        if (entry.kind == kind) return &entry.adapter();
    return nullptr;
}

std::vector<std::string_view> known_kinds() {
    std::vector<std::string_view> kinds;
    for (const auto& entry : entries)
        kinds.push_back(entry.kind);
    return kinds;
}

}  // namespace overnight::providers
