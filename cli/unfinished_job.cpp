// Which unfinished job a piece of work is already (FAULTS 11): work that is started again goes on,
// and is never doubled.
#include "cli/work.hpp"
#include "core/bytes.hpp"
#include "core/text.hpp"
#include "jsonl/fd.hpp"
#include "jsonl/line_reader.hpp"
#include "jsonl/random_reader.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <unistd.h>

namespace overnight::cli {
namespace {

using core::Errc;
using core::Error;
using core::Result;

constexpr std::size_t read_bytes = 256u << 10;
constexpr std::size_t max_schema_bytes = 1u << 20;

struct Identity {
    std::uint64_t bytes = 0;  ///< 0: not known
    std::uint32_t crc = 0;
};

/// Over every byte, as the record reader counts.
Result<Identity> identity_of(int fd, const std::string& shown) {
    Identity identity;
    std::string buffer(read_bytes, '\0');
    for (;;) {
        const auto n = ::read(fd, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return jsonl::system_error(errno, "cannot read " + shown, Errc::unavailable);
        if (n == 0) return identity;
        const std::string_view part(buffer.data(), static_cast<std::size_t>(n));
        identity.crc = core::crc32c(part, identity.crc);
        identity.bytes += part.size();
    }
}

/// Of requests the planner sums up the lines without their ends; standard input has no size.
Result<Identity> identity_of_lines(const std::filesystem::path& file) {
    Identity identity;
    OVERNIGHT_TRY_ASSIGN(auto reader, jsonl::LineReader::open(file));
    jsonl::Line line;
    for (;;) {
        OVERNIGHT_TRY_ASSIGN(const bool more, reader.next(line));
        if (!more) break;
        identity.crc = core::crc32c(line.text, identity.crc);
    }
    if (file != "-") {
        std::error_code error;
        identity.bytes = std::filesystem::file_size(file, error);
    }
    return identity;
}

Result<Identity> input_of(const Work& work) {
    if (work.kind == model::JobKind::raw_requests) return identity_of_lines(work.file);
    if (work.recipe.input_file == "-") return identity_of(STDIN_FILENO, "standard input");
    const auto path = work.recipe.resolve(work.recipe.input_file);
    OVERNIGHT_TRY_ASSIGN(const auto fd, jsonl::open_regular(path));
    return identity_of(fd.get(), jsonl::shown(path));
}

Error changed(const model::Job& job, const std::string& what, const std::string& same_state) {
    const std::string number = std::to_string(job.id.v);
    return {Errc::conflict, "job " + number + " of this work is unfinished, and " + what +
                                "; finish it as it was planned (overnight pass, or overnight "
                                "daemon, needs neither recipe nor "
                                "change), or give it up (overnight cancel " +
                                number + same_state + "); then run again"};
}

/// Empty when everything is as it was planned, else what is not.
Result<std::string> what_changed(const model::Job& job, const Work& work) {
    if (work.kind == model::JobKind::recipe) {
        if (job.recipe_text != work.recipe_text) return std::string("the recipe has changed since");
        if (!work.recipe.answer.schema_file.empty()) {
            OVERNIGHT_TRY_ASSIGN(
                const auto schema,
                jsonl::read_small_file(work.recipe.resolve(work.recipe.answer.schema_file),
                                       max_schema_bytes));
            if (schema != job.recipe_schema)
                return std::string("the answer's schema has changed since");
        }
    }
    if (job.account != work.account)
        return "it runs on the provider '" + core::printable(job.account.v, 80) + "'";
    const std::string& model = work.kind == model::JobKind::recipe ? work.recipe.model : work.model;
    if (!model.empty() && job.model != model)
        return "it runs on the model '" + core::printable(job.model, 80) + "'";
    OVERNIGHT_TRY_ASSIGN(const auto input, input_of(work));
    const bool same_size = input.bytes == 0 || input.bytes == job.input.bytes;
    if (!same_size || input.crc != job.input.content_crc)
        return std::string("the input has changed since");
    return std::string();
}

}  // namespace

Result<std::optional<model::Job>> unfinished_job(std::span<const model::Job> jobs,
                                                 const Work& work,
                                                 const std::string& same_state) {
    for (const auto& job : jobs) {
        if (model::is_over(job.state) || job.state == model::JobState::planning) continue;
        if (job.kind != work.kind || job.recipe_path != work.file.string()) continue;
        // What is being cancelled is only seen to its end.
        if (job.state == model::JobState::cancelling) return std::optional(job);
        OVERNIGHT_TRY_ASSIGN(const auto what, what_changed(job, work));
        if (!what.empty()) return changed(job, what, same_state);
        return std::optional(job);
    }
    return std::optional<model::Job>();
}

}  // namespace overnight::cli
