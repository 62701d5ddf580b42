// Progress: how far a job is, how fast it goes, and how that is said.
#pragma once

#include "cli/console.hpp"
#include "core/clock.hpp"
#include "model/attempt.hpp"
#include "model/job.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace overnight::cli {

/// One look at a job.
struct ProgressView {
    core::JobId job;
    model::JobState state = model::JobState::running;
    model::RowCounts rows;
    std::uint32_t batches = 0;       ///< shards of the job so far
    std::uint32_t batches_done = 0;  ///< settled, or proven not to be needed
    double at_provider =
        0;  ///< rows, estimated, that the provider is done with and that are not settled yet
    model::Usage usage;
    double rows_per_second = 0;  ///< 0: not known yet
    std::optional<std::chrono::seconds> eta;
    std::string held;  ///< printable: why nothing is sent for now
};

ProgressView look(const model::Job& job, std::span<const model::Attempt> attempts);

/// "rows 12,345/150,000 (120 cached, 3 failed) · batches 2/5 done · 1,250 rows/s · ETA 03:10", at
/// most `width` columns.
std::string progress_line(const ProgressView& view, std::size_t width);

/// {"type":"progress",...}, without a newline.
std::string progress_json(const ProgressView& view);

/// The speed since the first look. The provider's progress counts, so that there is an ETA before
/// the first batch ends.
class RateMeter {
public:
    /// `since_boot`: the clock that does not jump. Sets rows_per_second and eta.
    void measure(ProgressView& view, core::Duration since_boot);

private:
    bool begun_ = false;
    core::Duration began_{0};
    double done_at_begin_ = 0;
};

/// Shows views on a console: a line redrawn in place on a terminal, at most 5 times a second; JSON
/// lines with --json, at most one a second; nothing else.
class ProgressLine {
public:
    ProgressLine(Console& console, const core::Clock& clock) : console_(console), clock_(clock) {}
    ~ProgressLine() { console_.draw({}); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(ProgressView view);
    /// While a job is planned: rows read, and the share of the input in 0..1, negative when not
    /// known.
    void show_planning(std::uint64_t rows, double share);

private:
    bool due(std::chrono::milliseconds gap);

    Console& console_;
    const core::Clock& clock_;
    RateMeter meter_;
    std::optional<core::Duration> shown_;
};

}  // namespace overnight::cli
