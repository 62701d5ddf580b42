#include "providers/result_peek.hpp"

#include <cstdint>

namespace overnight::providers {
namespace {

constexpr std::uint64_t most_read = std::uint64_t{4} << 30;
constexpr std::size_t longest_line = 64u << 20;

}  // namespace

std::optional<std::string> first_custom_id(const Account& account,
                                           const core::RemoteFileId& results,
                                           std::string_view endpoint,
                                           const std::stop_token& stop) {
    std::string line;
    bool whole = false;
    const auto sink = [&](std::string_view bytes) -> core::Result<> {
        const auto end = bytes.find('\n');
        line.append(bytes.substr(0, end));
        whole = end != std::string_view::npos;
        if (whole || line.size() > longest_line)
            return core::Error(core::Errc::cancelled, "the first line is enough");
        return {};
    };
    const auto request = account.adapter->fetch(results);
    const auto reply = account.transport->download(request, sink, most_read, stop);
    const bool ended = reply && account.adapter->classify(*reply).what == ReplyClass::ok;
    if (!whole && !ended) return std::nullopt;
    LineResult result;
    if (!account.adapter->line_parser(endpoint)->parse(line, result)) return std::nullopt;
    return std::move(result.custom_id);
}

}  // namespace overnight::providers
