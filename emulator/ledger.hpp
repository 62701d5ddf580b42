// The ledger: what the emulator received and what it billed, append-only. It is what "never paid
// twice" is checked against, so a line is in the file before its consequence can be seen.
#pragma once

#include "core/error.hpp"
#include "emulator/clock.hpp"
#include "emulator/disk.hpp"
#include "emulator/hashing.hpp"
#include "emulator/json_text.hpp"

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace overnight::emulator {

/// One executed request. `batch` and `custom_id` are empty for an ordinary call.
struct BilledLine {
    std::string_view batch;
    std::string_view custom_id;
    Sha256 request;
    std::uint64_t input_tokens = 0;
    std::uint64_t output_tokens = 0;
    std::string_view tier;  ///< "batch", "flex" or "standard"
};

/// What an earlier life of the emulator billed of one batch: keys may be missing or doubled, so it
/// is counted how often. Memory: some 50 bytes a line.
class BilledBefore {
public:
    void add(std::string_view custom_id, std::string_view request_sha256);
    /// True as often as the request was billed.
    bool take(std::string_view custom_id, const Sha256& request);
    /// All has been taken.
    bool empty() const noexcept { return left_.empty(); }

private:
    std::unordered_map<std::uint64_t, std::uint64_t> left_;  ///< by a hash of both
};

class Ledger {
public:
    /// A line that a killed process left unfinished is cut off: its consequence was never seen.
    static core::Result<std::unique_ptr<Ledger>> open(const std::filesystem::path& path,
                                                      const VirtualClock& clock);

    /// Appends whole lines in one write. Any thread.
    core::Result<> append(std::string_view lines);
    /// `{"event":EVENT,"time":NOW` and what `members` adds, as one line.
    template <class Members>
    core::Result<> event(std::string_view event, const Members& members) {
        std::string line;
        ObjectWriter object(line);
        object.text("event", event).seconds("time", now_milliseconds());
        members(object);
        object.end();
        line += '\n';
        return append(line);
    }
    /// Appends a "billed" line to `lines`, for append().
    void put_billed(std::string& lines, const BilledLine& billed) const;

    core::Result<BilledBefore> billed_before(std::string_view batch) const;

    const std::filesystem::path& path() const noexcept { return path_; }

private:
    Ledger(std::filesystem::path path, Descriptor file, const VirtualClock& clock)
        : path_(std::move(path)), file_(std::move(file)), clock_(clock) {}
    std::int64_t now_milliseconds() const { return clock_.now().time_since_epoch().count(); }

    std::filesystem::path path_;
    std::mutex mutex_;
    Descriptor file_;
    const VirtualClock& clock_;
};

}  // namespace overnight::emulator
