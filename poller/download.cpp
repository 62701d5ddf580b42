#include "poller/download.hpp"

#include "core/stopwatch.hpp"
#include "jsonl/durable_file.hpp"

#include <algorithm>
#include <optional>

namespace overnight::poller {
namespace {

using providers::ReplyClass;

constexpr std::uint64_t max_result_bytes = std::uint64_t{4} << 30;

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
    const auto request = account.adapter->get_file(file);
    OVERNIGHT_TRY_ASSIGN(const auto reply, account.transport->send(request, stop));
    const auto meaning = account.adapter->classify(reply);
    if (meaning.what != ReplyClass::ok) return refused(meaning, file);
    OVERNIGHT_TRY_ASSIGN(const auto view, account.adapter->parse_file(reply));
    return view.bytes > 0 ? std::optional(view.bytes) : std::nullopt;
}

}  // namespace

core::Result<Downloaded> download(const providers::Account& account,
                                  const core::RemoteFileId& file,
                                  const std::filesystem::path& target,
                                  std::stop_token stop) {
    const core::Stopwatch stopwatch("download");
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
    if (last != '\n') ++got.lines;
    if (expected && got.bytes != *expected)
        return core::Error(core::Errc::protocol, "result file " + file.v + " came with " +
                                                     std::to_string(got.bytes) + " of " +
                                                     std::to_string(*expected) + " bytes");
    OVERNIGHT_TRY(std::move(out).commit());
    return got;
}

}  // namespace overnight::poller
