// The first bytes of a fuzzer's input choose what the rest is given to.
#pragma once

#include "providers/api.hpp"

#include <cstdint>
#include <string_view>

namespace overnight::fuzz {

class Choices {
public:
    Choices(const std::uint8_t* data, std::size_t size)
        : rest_(reinterpret_cast<const char*>(data), size) {}

    /// Below `n`; 0 when nothing is left.
    std::size_t below(std::size_t n) {
        if (rest_.empty()) return 0;
        const auto byte = static_cast<unsigned char>(rest_.front());
        rest_.remove_prefix(1);
        return byte % n;
    }
    const providers::Adapter& adapter() {
        static const auto kinds = providers::known_kinds();
        return *providers::find_adapter(kinds[below(kinds.size())]);
    }
    std::string_view endpoint(const providers::Adapter& adapter) {
        const auto endpoints = adapter.endpoints();
        return endpoints[below(endpoints.size())];
    }
    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

}  // namespace overnight::fuzz
