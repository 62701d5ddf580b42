// overnight results: a job's table, as often as wanted; of an unfinished job what is there.
#include "cli/commands.hpp"
#include "cli/job_lookup.hpp"
#include "cli/json_text.hpp"
#include "cli/work.hpp"
#include "core/text.hpp"
#include "jsonl/fd.hpp"
#include "reconciler/merge.hpp"

#include <boost/json/object.hpp>

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>

namespace overnight::cli {
namespace {

using core::Errc;
using core::Error;
using core::Result;

/// A private folder that goes with everything in it.
class TemporaryFolder {
public:
    static Result<TemporaryFolder> make() {
        std::error_code error;
        auto base = std::filesystem::temp_directory_path(error);
        if (error) return Error(Errc::configuration, "TMPDIR names no folder");
        std::string name = (base / "overnight-results-XXXXXX").string();
        if (!::mkdtemp(name.data()))
            return jsonl::system_error(errno, "cannot make a folder in " + jsonl::shown(base),
                                       Errc::configuration);
        return TemporaryFolder(name);
    }
    TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    TemporaryFolder& operator=(TemporaryFolder&&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const noexcept { return path_; }

private:
    explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
    std::filesystem::path path_;
};

Result<> copy_out(const Session& session, const std::filesystem::path& file) {
    OVERNIGHT_TRY_ASSIGN(const auto fd, jsonl::open_regular(file, jsonl::Symlinks::refuse));
    std::string buffer(256u << 10, '\0');
    while (!session.stop.stop_requested()) {
        const auto n = ::read(fd.get(), buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0)
            return jsonl::system_error(errno, "cannot read the results back", Errc::unavailable);
        if (n == 0) return {};
        session.console.out({buffer.data(), static_cast<std::size_t>(n)});
        if (session.console.reader_gone()) return {};
    }
    return Error(Errc::cancelled, "interrupted");
}

}  // namespace

Result<ExitCode> execute(const Session& session, const ResultsCommand& command) {
    OVERNIGHT_TRY_ASSIGN(const auto store, open_existing_store(session));
    OVERNIGHT_TRY_ASSIGN(const auto job, find_job(*store, command.job));
    const bool finished = job.state == model::JobState::finished;
    const std::string number = std::to_string(job.id.v);
    if (job.state == model::JobState::planning)
        return Error(Errc::conflict, "job " + number + " is being planned; it has no results yet");
    if (command.output.empty() && !finished)
        return Error(
            Errc::conflict,
            "job " + number + " is " + std::string(model::name(job.state)) +
                "; its output appears when it is finished. What is there now: overnight results " +
                number + same_state(session.common) + " -o FILE");
    const auto rows =
        finished ? reconciler::MergeRows::all_settled : reconciler::MergeRows::what_is_there;

    if (command.output == "-") {
        if (session.json())
            return Error(Errc::invalid_input,
                         "--json and -o - both want standard output; choose one");
        OVERNIGHT_TRY_ASSIGN(const auto folder, TemporaryFolder::make());
        const auto file = folder.path() /
                          ("results" + std::filesystem::path(job.output_path).extension().string());
        OVERNIGHT_TRY(reconciler::merge(*store, job, file, rows, session.stop));
        OVERNIGHT_TRY(copy_out(session, file));
        return ExitCode::ok;
    }
    std::error_code error;
    const auto output =
        std::filesystem::absolute(command.output.empty() ? job.output_path : command.output, error);
    if (error) return Error(Errc::invalid_input, "cannot find the output: " + error.message());
    OVERNIGHT_TRY(keep_input(output, job.input.path));
    OVERNIGHT_TRY_ASSIGN(const auto written,
                         reconciler::merge(*store, job, output, rows, session.stop));
    if (session.json()) {
        boost::json::object object;
        object["job"] = job.id.v;
        object["state"] = model::name(job.state);
        object["rows"] = written;
        object["waiting"] = job.rows.waiting();
        object["output"] = output.string();
        session.console.out(json_line(object));
    } else {
        session.console.out(
            "written: " + jsonl::shown(output) + " (" + core::grouped(written) + " rows" +
            (job.rows.waiting() > 0 ? ", " + core::grouped(job.rows.waiting()) + " of them waiting"
                                    : std::string()) +
            ")\n");
    }
    return ExitCode::ok;
}

}  // namespace overnight::cli
