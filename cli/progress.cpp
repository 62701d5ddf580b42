#include "cli/progress.hpp"

#include "cli/json_text.hpp"
#include "cli/time_text.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace overnight::cli {
namespace {

using model::AttemptState;

constexpr std::chrono::milliseconds redraw_gap{200};
constexpr std::chrono::milliseconds json_gap{1'000};
constexpr std::chrono::milliseconds first_rate{500};  ///< a speed over less says nothing
constexpr std::chrono::hours longest_eta{24 * 99};

bool is_done(AttemptState s) noexcept {
    return s == AttemptState::settled || s == AttemptState::closed;
}

double settled(const model::RowCounts& rows) noexcept {
    return static_cast<double>(rows.answered + rows.cached + rows.failed);
}

/// Cuts at whole characters; each counts as one column.
std::string cut(std::string text, std::size_t width) {
    std::size_t columns = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xc0) == 0x80) continue;
        if (columns++ == width) {
            text.resize(i);
            break;
        }
    }
    return text;
}

std::string rate_text(double rows_per_second) {
    if (rows_per_second >= 10)
        return core::grouped(static_cast<std::uint64_t>(std::llround(rows_per_second))) + " rows/s";
    char text[32];
    if (rows_per_second >= 0.1) {
        std::snprintf(text, sizeof text, "%.1f rows/s", rows_per_second);
    } else {
        std::snprintf(text, sizeof text, "%.1f rows/min", rows_per_second * 60);
    }
    return text;
}

}  // namespace

ProgressView look(const model::Job& job, std::span<const model::Attempt> attempts) {
    ProgressView view;
    view.job = job.id;
    view.state = job.state;
    view.rows = job.rows;
    view.batches = job.shards;
    view.usage = job.usage;
    std::uint64_t requests = 0;
    std::uint64_t done = 0;
    for (const auto& attempt : attempts) {
        if (is_done(attempt.state)) ++view.batches_done;
        if (!model::is_live(attempt.state) || is_done(attempt.state)) continue;
        requests += attempt.requests;
        done += std::min<std::uint64_t>(attempt.done, attempt.requests);
    }
    view.batches = std::max(view.batches, view.batches_done);
    if (requests > 0)
        view.at_provider = static_cast<double>(job.rows.waiting()) * static_cast<double>(done) /
                           static_cast<double>(requests);
    return view;
}

void RateMeter::measure(ProgressView& view, core::Duration since_boot) {
    const double done = settled(view.rows) + view.at_provider;
    if (!begun_) {
        begun_ = true;
        began_ = since_boot;
        done_at_begin_ = done;
        return;
    }
    const auto took = since_boot - began_;
    const double gained = done - done_at_begin_;
    if (took < first_rate || gained <= 0) return;
    view.rows_per_second = gained * 1000 / static_cast<double>(took.count());
    const double left = static_cast<double>(view.rows.total) - done;
    const double seconds = std::ceil(std::max(left, 0.0) / view.rows_per_second);
    if (seconds < static_cast<double>(std::chrono::seconds(longest_eta).count()))
        view.eta = std::chrono::seconds(static_cast<std::int64_t>(seconds));
}

std::string progress_line(const ProgressView& view, std::size_t width) {
    const auto& rows = view.rows;
    std::string text =
        "rows " + core::grouped(rows.total - rows.waiting()) + "/" + core::grouped(rows.total);
    std::string of_them;
    if (rows.cached > 0) of_them = core::grouped(rows.cached) + " cached";
    if (rows.failed > 0)
        of_them += (of_them.empty() ? "" : ", ") + core::grouped(rows.failed) + " failed";
    if (!of_them.empty()) text += " (" + of_them + ")";
    if (view.batches > 0)
        text += " · batches " + core::grouped(view.batches_done) + "/" +
                core::grouped(view.batches) + " done";
    if (view.state == model::JobState::merging) text += " · writing the output";
    if (view.state == model::JobState::cancelling) text += " · cancelling";
    if (view.rows_per_second > 0) text += " · " + rate_text(view.rows_per_second);
    if (view.eta && *view.eta > std::chrono::seconds{0}) text += " · ETA " + clock_text(*view.eta);
    if (view.at_provider >= 1)
        text += " · " + core::grouped(static_cast<std::uint64_t>(view.at_provider)) +
                " more done at the provider";
    if (view.usage.input_tokens + view.usage.output_tokens > 0)
        text +=
            " · " + core::grouped(view.usage.input_tokens + view.usage.output_tokens) + " tokens";
    if (!view.held.empty()) text += " · " + view.held;
    return cut(std::move(text), width);
}

std::string progress_json(const ProgressView& view) {
    boost::json::object rows;
    rows["total"] = view.rows.total;
    rows["answered"] = view.rows.answered;
    rows["cached"] = view.rows.cached;
    rows["failed"] = view.rows.failed;
    rows["waiting"] = view.rows.waiting();
    boost::json::object object;
    object["type"] = "progress";
    object["job"] = view.job.v;
    object["state"] = model::name(view.state);
    object["rows"] = std::move(rows);
    object["batches"] = view.batches;
    object["batches_done"] = view.batches_done;
    if (view.rows_per_second > 0) {
        object["rows_per_second"] = view.rows_per_second;
    } else {
        object["rows_per_second"] = nullptr;
    }
    if (view.eta) {
        object["eta_seconds"] = view.eta->count();
    } else {
        object["eta_seconds"] = nullptr;
    }
    if (!view.held.empty()) object["held"] = view.held;
    std::string line = json_line(object);
    line.pop_back();
    return line;
}

bool ProgressLine::due(std::chrono::milliseconds gap) {
    const auto now = clock_.since_boot();
    if (shown_ && now - *shown_ < gap) return false;
    shown_ = now;
    return true;
}

void ProgressLine::show(ProgressView view) {
    if (console_.quiet() == Quiet::yes) return;
    const bool json = console_.form() == Form::json;
    if (!json && !console_.live()) return;
    meter_.measure(view, clock_.since_boot());
    if (!due(json ? json_gap : redraw_gap)) return;
    if (!json) {
        const auto width = console_.width();
        console_.draw(progress_line(view, width > 1 ? width - 1 : width));
        return;
    }
    console_.raw_line(progress_json(view));
}

void ProgressLine::show_planning(std::uint64_t rows, double share) {
    if (console_.quiet() == Quiet::yes || console_.form() == Form::json || !console_.live()) return;
    if (!due(redraw_gap)) return;
    std::string text = "planning: " + core::grouped(rows) + " rows";
    if (share >= 0) text += " · " + std::to_string(static_cast<int>(share * 100)) + " %";
    console_.draw(text);
}

}  // namespace overnight::cli
