// Every provider this program knows: a folder is one line here, a provider that speaks OpenAI's API
// is one row of openai/profiles.cpp.
#include "providers/anthropic/adapter.hpp"
#include "providers/api.hpp"
#include "providers/gemini/adapter.hpp"
#include "providers/openai/adapter.hpp"

#include <array>

namespace overnight::providers {
namespace {

struct Entry {
    std::string_view kind;
    const Adapter& (*adapter)();
};

constexpr std::array entries{
    Entry{"gemini", gemini::adapter},
    Entry{"anthropic", anthropic::adapter_2023_06_01},
    Entry{"anthropic-2026-10-21", anthropic::adapter_2026_10_21},
};

}  // namespace

const Adapter* find_adapter(std::string_view kind) {
    for (const auto* adapter : openai::adapters())
        if (adapter->kind() == kind) return adapter;
    for (const auto& entry : entries)
        if (entry.kind == kind) return &entry.adapter();
    return nullptr;
}

std::vector<std::string_view> known_kinds() {
    std::vector<std::string_view> kinds;
    for (const auto* adapter : openai::adapters())
        kinds.push_back(adapter->kind());
    for (const auto& entry : entries)
        kinds.push_back(entry.kind);
    return kinds;
}

}  // namespace overnight::providers
