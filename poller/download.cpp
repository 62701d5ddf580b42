#include "poller/download.hpp"

#include "core/stopwatch.hpp"
#include "jsonl/durable_file.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace overnight::poller {
namespace {

using providers::ReplyClass;

constexpr std::uint64_t max_result_bytes = std::uint64_t{4} << 30;
constexpr std::uint64_t max_page_bytes = std::uint64_t{256} << 20;  // a page is held in memory
constexpr int max_pages = 100'000;

core::Error refused(const providers::Reply& meaning, const core::RemoteFileId& file) {
    core::Errc code = core::Errc::unavailable;
    if (meaning.what == ReplyClass::not_found) code = core::Errc::not_found;
    if (meaning.what == ReplyClass::unauthorized || meaning.what == ReplyClass::quota)
        code = core::Errc::unauthorized;
    return core::Error(code,
                       "result file " + file.v + ": " + std::string(providers::name(meaning.what)))
        .remote(meaning.message);
}

/// The provider's own word for the file's length; nothing when it does not say.
core::Result<std::optional<std::uint64_t>> length_of(const providers::Account& account,
                                                     const core::RemoteFileId& file,
                                                     std::stop_token stop) {
    const auto request = account.adapter->result_info(file);
    if (!request) return std::optional<std::uint64_t>{};
    OVERNIGHT_TRY_ASSIGN(const auto reply, account.transport->send(*request, stop));
    const auto meaning = account.adapter->classify(reply);
    if (meaning.what != ReplyClass::ok) return refused(meaning, file);
    OVERNIGHT_TRY_ASSIGN(const auto view, account.adapter->parse_file(reply));
    return view.bytes > 0 ? std::optional(view.bytes) : std::nullopt;
}

/// Appends one page's results to `lines`; the next page's cursor, "" behind the last.
core::Result<std::string> read_page(const providers::Account& account,
                                    const core::RemoteFileId& results,
                                    std::string_view cursor,
                                    std::string& lines,
                                    std::stop_token stop) {
    std::string body;
    const auto request = account.adapter->result_page(results, cursor);
    const auto sink = [&](std::string_view bytes) -> core::Result<> {
        body.append(bytes);
        return {};
    };
    OVERNIGHT_TRY_ASSIGN(auto reply,
                         account.transport->download(request, sink, max_page_bytes, stop));
    if (const auto meaning = account.adapter->classify(reply); meaning.what != ReplyClass::ok)
        return refused(meaning, results);
    reply.body = std::move(body);
    return account.adapter->parse_result_page(reply, lines);
}

core::Result<Downloaded> download_pages(const providers::Account& account,
                                        const core::RemoteFileId& results,
                                        const std::filesystem::path& target,
                                        std::stop_token stop) {
    OVERNIGHT_TRY_ASSIGN(auto out,
                         jsonl::DurableFile::create(target, jsonl::Replace::yes, 0600, "result"));
    Downloaded got;
    std::set<std::string> cursors;
    std::string cursor;
    std::string lines;
    for (int page = 0; page < max_pages && got.bytes <= max_result_bytes; ++page) {
        lines.clear();
        OVERNIGHT_TRY_ASSIGN(cursor, read_page(account, results, cursor, lines, stop));
        got.bytes += lines.size();
        got.lines += static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
        OVERNIGHT_TRY(out.write(lines));
        if (cursor.empty()) {
            OVERNIGHT_TRY(std::move(out).commit());
            return got;
        }
        if (!cursors.insert(cursor).second) break;
    }
    return core::Error(core::Errc::protocol, "the pages of results " + results.v + " have no end");
}

}  // namespace

core::Result<Downloaded> download(const providers::Account& account,
                                  const core::RemoteFileId& file,
                                  const std::filesystem::path& target,
                                  std::stop_token stop) {
    const core::Stopwatch stopwatch("download");
    if (account.adapter->pages_results()) return download_pages(account, file, target, stop);
    OVERNIGHT_TRY_ASSIGN(const auto expected, length_of(account, file, stop));
    OVERNIGHT_TRY_ASSIGN(auto out,
                         jsonl::DurableFile::create(target, jsonl::Replace::yes, 0600, "result"));
    Downloaded got;
    char last = '\n';
    const auto request = account.adapter->fetch(file);
    const auto sink = [&](std::string_view bytes) -> core::Result<> {
        got.bytes += bytes.size();
        got.lines += static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
        if (!bytes.empty()) last = bytes.back();
        return out.write(bytes);
    };
    OVERNIGHT_TRY_ASSIGN(const auto reply,
                         account.transport->download(request, sink, max_result_bytes, stop));
    if (const auto meaning = account.adapter->classify(reply); meaning.what != ReplyClass::ok)
        return refused(meaning, file);
    if (!account.adapter->is_whole(reply))
        return core::Error(core::Errc::unavailable, "result file " + file.v + " still grows");
    if (last != '\n') ++got.lines;
    if (expected && got.bytes != *expected)
        return core::Error(core::Errc::protocol, "result file " + file.v + " came with " +
                                                     std::to_string(got.bytes) + " of " +
                                                     std::to_string(*expected) + " bytes");
    OVERNIGHT_TRY(std::move(out).commit());
    return got;
}

}  // namespace overnight::poller
