#include "providers/result_peek.hpp"

#include <cstdint>

namespace overnight::providers {
namespace {

constexpr std::uint64_t most_read = std::uint64_t{4} << 30;
constexpr std::size_t longest_line = 64u << 20;
constexpr int most_lines = 1'000;  // that cannot be read, before the file is given up

/// Takes a result file's bytes as they come, until a line of it can be read.
class Peek {
public:
    explicit Peek(std::unique_ptr<LineParser> parser) : parser_(std::move(parser)) {}

    /// False when there is no use in more.
    bool take(std::string_view bytes) {
        while (!over()) {
            const auto end = bytes.find('\n');
            line_.append(bytes.substr(0, end));
            if (end == std::string_view::npos) break;
            read_line();
            bytes.remove_prefix(end + 1);
        }
        return !over();
    }
    /// The file ended: its last line may have no newline.
    void end() {
        if (!over() && !line_.empty()) read_line();
    }
    std::optional<std::string> found() && { return std::move(found_); }

private:
    bool over() const { return found_ || lines_ >= most_lines || line_.size() > longest_line; }
    void read_line() {
        LineResult result;
        if (parser_->parse(line_, result)) found_ = std::move(result.custom_id);
        line_.clear();
        ++lines_;
    }

    std::unique_ptr<LineParser> parser_;
    std::string line_;
    int lines_ = 0;
    std::optional<std::string> found_;
};

}  // namespace

std::optional<std::string> first_custom_id(const Account& account,
                                           const core::RemoteFileId& results,
                                           std::string_view endpoint,
                                           const std::stop_token& stop) {
    Peek peek(account.adapter->line_parser(endpoint));
    const auto sink = [&](std::string_view bytes) -> core::Result<> {
        if (!peek.take(bytes))
            return core::Error(core::Errc::cancelled, "the first line is enough");
        return {};
    };
    const auto request = account.adapter->fetch(results);
    const auto reply = account.transport->download(request, sink, most_read, stop);
    if (reply && account.adapter->classify(*reply).what == ReplyClass::ok) peek.end();
    return std::move(peek).found();
}

}  // namespace overnight::providers
