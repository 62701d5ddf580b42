// What the result files of one attempt say, row by row.
#pragma once

#include "core/error.hpp"
#include "model/attempt.hpp"
#include "model/job.hpp"
#include "model/row.hpp"
#include "model/usage.hpp"
#include "providers/job_spec.hpp"
#include "store/answers.hpp"
#include "store/manifest.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::reconciler {

/// Why a row has no answer, with the evidence.
struct Trouble {
    model::Verdict verdict = model::Verdict::missing_line;
    std::string reason;
    std::uint32_t evidence_crc = 0;
};

struct Oddities {
    std::uint64_t duplicate_lines = 0;  ///< a second line for a request: the first success counts
    std::uint64_t foreign_lines = 0;    ///< custom_ids that are not of this attempt
    std::uint64_t unreadable_lines = 0;
};

/// Reads result files once, writes answers to a segment as they come, and remembers where each
/// row's answer stands. Memory: about 20 bytes a row of the shard, plus the troubles. One attempt,
/// one thread.
class Outcome {
public:
    Outcome(const providers::JobSpec& spec,
            model::JobKind kind,
            const model::Attempt& attempt,
            const store::Manifest& manifest,
            store::SegmentWriter& answers);

    /// May be called for each result file, in any order; a missing file is no error of this
    /// function: do not call it.
    core::Result<> read_file(const std::filesystem::path& file);
    /// What holds for requests that no line was found for.
    void close(model::Verdict missing, std::string_view reason);

    /// By place among all rows of the shard.
    bool answered(std::uint32_t row_index) const noexcept {
        return places_[row_index].length != no_answer;
    }
    const model::AnswerPlace& place(std::uint32_t row_index) const noexcept {
        return places_[row_index];
    }
    /// Of a row that is not answered.
    const Trouble& trouble(std::uint32_t row_index) const;

    const model::Usage& usage() const noexcept { return usage_; }
    const Oddities& oddities() const noexcept { return oddities_; }
    std::uint32_t requests_without_line() const noexcept;
    bool quota_met() const noexcept { return quota_met_; }
    std::uint64_t packs() const noexcept { return packs_; }
    std::uint64_t packs_failed_whole() const noexcept;

private:
    static constexpr std::uint32_t no_answer = UINT32_MAX;

    core::Result<> take(std::string_view line);
    core::Result<> take_answer(std::uint32_t request, std::string_view line, std::uint32_t crc);
    core::Result<> take_pack(std::uint32_t request, std::uint32_t crc);
    core::Result<> take_items(std::uint32_t request, std::uint32_t crc);
    core::Result<> settle_row(std::uint32_t row_index, std::string_view payload);
    void spoil_row(std::uint32_t row_index,
                   model::Verdict verdict,
                   std::string reason,
                   std::uint32_t crc);
    void spoil_request(std::uint32_t request,
                       model::Verdict verdict,
                       const std::string& reason,
                       std::uint32_t crc);

    const providers::JobSpec& spec_;
    model::JobKind kind_;
    const model::Attempt& attempt_;
    const store::Manifest& manifest_;
    store::SegmentWriter& answers_;
    std::unique_ptr<providers::LineParser> parser_;
    providers::LineResult result_;
    std::string payload_;
    std::string scratch_;
    std::vector<std::optional<std::string_view>> parts_;

    enum class Seen : std::uint8_t { no, trouble, success };
    std::vector<Seen> seen_;                             ///< by request
    std::vector<model::AnswerPlace> places_;             ///< by row of the shard
    std::map<std::uint32_t, Trouble> row_troubles_;      ///< by row of the shard
    std::map<std::uint32_t, Trouble> request_troubles_;  ///< by request, for all of its rows
    std::vector<std::uint32_t> request_of_;  ///< of packs only; empty when each request has one row
    Trouble missing_;
    model::Usage usage_;
    Oddities oddities_;
    bool quota_met_ = false;
    std::uint64_t packs_ = 0;
};

}  // namespace overnight::reconciler
