// Page tokens: names, made to look like nothing that a client could build.
#include "emulator/gemini/paging.hpp"

#include "core/bytes.hpp"

#include <algorithm>
#include <charconv>

namespace overnight::emulator::gemini {

std::optional<PageRequest> page_request(const Call& call, std::size_t fallback, std::size_t most) {
    PageRequest page;
    auto size = call.parameter("pageSize");
    if (!size) size = call.parameter("page_size");
    if (size && !size->empty()) {
        const auto [end, error] =
            std::from_chars(size->data(), size->data() + size->size(), page.size);
        if (error != std::errc{} || end != size->data() + size->size()) return std::nullopt;
    }
    page.size = page.size == 0 ? fallback : std::min(page.size, most);
    auto token = call.parameter("pageToken");
    if (!token) token = call.parameter("page_token");
    if (!token || token->empty()) return page;
    auto after = core::unhex(*token);
    if (!after || after->empty()) return std::nullopt;
    page.after = std::move(*after);
    return page;
}

std::string page_token(std::string_view last) {
    return core::hex(last);
}

}  // namespace overnight::emulator::gemini
