#include "cli/job_lookup.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

namespace overnight::cli {

using core::Errc;
using core::Error;
using core::Result;

namespace {

/// Numbers of jobs in a message are no list without end.
constexpr std::size_t shown_jobs = 8;

bool only_digits(std::string_view text) noexcept {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<model::Job> find_job(std::span<const model::Job> jobs, std::string_view text) {
    const std::string shown = core::printable(text, 80);
    if (only_digits(text)) {
        std::uint32_t number = 0;
        const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
        if (parsed.ec == std::errc())
            for (const auto& job : jobs)
                if (job.id.v == number) return job;
        return Error(Errc::not_found, "there is no job " + shown + "; overnight status lists them");
    }
    std::vector<const model::Job*> named;
    for (const auto& job : jobs)
        if (job.name == text) named.push_back(&job);
    if (named.size() == 1) return *named.front();
    if (named.empty()) {
        std::vector<std::string_view> names;
        for (const auto& job : jobs)
            names.push_back(job.name);
        std::string what = "there is no job named '" + shown + "'";
        const auto guess = core::nearest(text, names);
        if (!guess.empty()) what += "; did you mean '" + core::printable(guess, 80) + "'?";
        return Error(Errc::not_found, what + "; overnight status lists the jobs");
    }
    std::string numbers;
    const std::size_t first = named.size() > shown_jobs ? named.size() - shown_jobs : 0;
    for (std::size_t i = first; i < named.size(); ++i)
        numbers += (numbers.empty() ? "" : ", ") + std::to_string(named[i]->id.v);
    return Error(Errc::conflict, std::to_string(named.size()) + " jobs are named '" + shown +
                                     "'; say which by its number: " + (first > 0 ? "..., " : "") +
                                     numbers);
}

Result<model::Job> find_job(const store::Store& store, std::string_view text) {
    OVERNIGHT_TRY_ASSIGN(const auto jobs, store.jobs());
    return find_job(jobs, text);
}

}  // namespace overnight::cli
