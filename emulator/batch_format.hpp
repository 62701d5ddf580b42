// How one dialect shapes its batches: their ids and times, the lines that go in and the lines that
// come out.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "emulator/batch.hpp"
#include "emulator/disk.hpp"
#include "emulator/files.hpp"
#include "emulator/input_line.hpp"
#include "emulator/request_format.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::emulator {

/// What a look at every line of an input came to.
struct Validation {
    std::vector<BatchError> errors;  ///< any: the batch fails
    std::uint64_t lines = 0;
    std::uint64_t tokens = 0;  ///< estimate of the prompts
    std::string model;         ///< of the first line that names one
};

enum class ResultFile { output, errors };

/// What a result line keeps of its input line. The views are good until the line is written.
struct LineSource {
    std::string_view custom_id;
    bool has_custom_id = true;
    /// The whole input line where it has members besides, with padding behind it; else empty.
    std::string_view input = {};
};

/// A line of a result file.
struct ResultLine {
    std::string_view batch;    ///< id
    std::uint64_t number = 0;  ///< of the input line, from 1
    LineSource source;
    std::string_view body;  ///< the answer; empty when result.error is to be shown
    const Executed& result;
    const Behaviour& behaviour;  ///< of the batch
    bool own_input = false;      ///< the batch's requests came inline
};

/// A line for a request that never ran.
struct UnrunLine {
    enum class Why { expired, cancelled, overloaded };
    std::string_view batch;     ///< id
    std::uint64_t ordinal = 0;  ///< of the batch
    std::string_view custom_id;
    Why why = Why::expired;
};

/// Stateless. Any thread.
class BatchFormat {
public:
    virtual ~BatchFormat() = default;

    // The batch.
    virtual std::string new_id() const = 0;
    /// From the creation to the expiry.
    virtual core::Duration window() const { return std::chrono::hours{24}; }
    /// What rules and times mean here: called once, when the behaviour has been decided.
    virtual void adapt(const Batch& batch, Behaviour& behaviour) const = 0;
    /// Looks at the input before anything runs. Memory: ids and one line.
    virtual core::Result<Validation> validate(LineReader& lines, const Batch& batch) const = 0;
    /// The input file was deleted before the batch started.
    virtual BatchError input_gone(const Batch& batch) const = 0;
    /// The batch does not fit into the queue of its model when it wants to start; nothing where
    /// that was decided when it was created.
    virtual std::optional<BatchError> over_token_limit(const Batch&,
                                                       std::uint64_t /*limit*/) const {
        return std::nullopt;
    }
    /// The create names the model of all requests; else each request does.
    virtual bool names_model() const { return false; }
    /// Somebody else's batch that has ended, for foreign_batches: ids, endpoint, model.
    virtual void make_foreign(Batch& batch) const = 0;

    // Its lines.
    virtual LineNames line_names() const = 0;
    /// Where every line says its own; else the batch does.
    virtual std::optional<Endpoint> endpoint_of_line(const InputLine&) const {
        return std::nullopt;
    }
    /// Appends one line with its line end. A dialect with one result file has failures in it, too.
    virtual void put_result(std::string& out, const ResultLine& line) const = 0;
    virtual ResultFile file_of(const Executed&) const { return ResultFile::output; }
    /// Appends one line, or nothing where such requests have none. They go to `unrun_file()`.
    virtual void put_unrun(std::string& out, const UnrunLine& line) const = 0;
    virtual ResultFile unrun_file() const { return ResultFile::output; }
    /// What stands behind the last line of the output file.
    virtual std::string_view end_of_results() const { return {}; }
    /// The error of all_failed and of a duplicate that failed, before a rule's own parameters.
    virtual ApiError line_failure(int status) const = 0;
    /// An answer nobody asked for, for unknown_lines when there is no other.
    virtual std::string_view stray_answer() const = 0;
    /// What the results become known as when the batch has ended, without path and size; nothing
    /// when they are thrown away.
    virtual std::optional<FileObject> result_file(const Batch& batch, ResultFile which) const = 0;
};

}  // namespace overnight::emulator
