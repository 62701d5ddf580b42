#include "reconciler/outcome.hpp"

#include "core/bytes.hpp"
#include "core/text.hpp"
#include "jsonl/line_reader.hpp"
#include "model/custom_id.hpp"
#include "reconciler/raw_answer.hpp"

#include <algorithm>

namespace overnight::reconciler {
namespace {

using model::Verdict;

constexpr std::size_t longest_reason = 300;

/// "400 context_length_exceeded: This model's maximum ..."
std::string reason_of(const providers::LineResult& r) {
    std::string text;
    if (r.status != 0 && r.status != 200) text = std::to_string(r.status) + " ";
    text += r.code.empty() ? std::string(model::name(r.verdict)) : core::printable(r.code, 80);
    if (!r.message.empty()) text += ": " + core::printable(r.message, longest_reason);
    return text;
}

}  // namespace

Outcome::Outcome(const providers::JobSpec& spec,
                 model::JobKind kind,
                 const model::Attempt& attempt,
                 const store::Manifest& manifest,
                 store::SegmentWriter& answers)
    : spec_(spec),
      kind_(kind),
      attempt_(attempt),
      manifest_(manifest),
      answers_(answers),
      parser_(spec.adapter->line_parser(spec.endpoint)),
      seen_(manifest.requests(), Seen::no) {
    model::AnswerPlace none;
    none.length = no_answer;
    places_.resize(manifest.rows(), none);
    if (manifest.rows() == manifest.requests()) return;
    request_of_.resize(manifest.rows());
    for (std::uint32_t r = 0; r < manifest.requests(); ++r) {
        const auto first = manifest.first_of(r);
        const auto rows = manifest.rows_of(r).size();
        std::fill_n(request_of_.begin() + first, rows, r);
        if (rows > 1) ++packs_;
    }
}

core::Result<> Outcome::read_file(const std::filesystem::path& file) {
    OVERNIGHT_TRY_ASSIGN(auto lines, jsonl::LineReader::open(file));
    jsonl::Line line;
    while (true) {
        OVERNIGHT_TRY_ASSIGN(const bool more, lines.next(line));
        if (!more) return {};
        OVERNIGHT_TRY(take(line.text));
    }
}

core::Result<> Outcome::take(std::string_view line) {
    if (auto parsed = parser_->parse(line, result_); !parsed) {
        ++oddities_.unreadable_lines;
        return {};
    }
    const auto id = model::parse_custom_id(result_.custom_id);
    if (!id || id->intent != attempt_.intent.v || id->index >= manifest_.requests()) {
        ++oddities_.foreign_lines;
        return {};
    }
    const bool good =
        result_.verdict == Verdict::answered ||
        (kind_ == model::JobKind::raw_requests && result_.status >= 200 && result_.status < 300);
    Seen& seen = seen_[id->index];
    if (seen == Seen::success || (seen == Seen::trouble && !good)) {
        ++oddities_.duplicate_lines;
        return {};
    }
    if (seen == Seen::trouble) ++oddities_.duplicate_lines;
    seen = good ? Seen::success : Seen::trouble;
    usage_ += result_.usage;  // a line that is delivered twice was billed once
    const std::uint32_t crc = core::crc32c(line);
    if (good) {
        request_troubles_.erase(id->index);
        return take_answer(id->index, line, crc);
    }
    quota_met_ = quota_met_ || result_.verdict == Verdict::quota;
    spoil_request(id->index, result_.verdict, reason_of(result_), crc);
    return {};
}

core::Result<> Outcome::take_answer(std::uint32_t request,
                                    std::string_view line,
                                    std::uint32_t crc) {
    const auto rows = manifest_.rows_of(request).size();
    const std::uint32_t first = manifest_.first_of(request);
    if (kind_ == model::JobKind::raw_requests) {
        make_raw_answer(line, result_.custom_id, payload_);
        return settle_row(first, payload_);
    }
    if (spec_.caps.form == providers::PromptForm::list) return take_items(request, crc);
    if (rows > 1) return take_pack(request, crc);
    if (auto checked = spec_.shape.check(result_.text, payload_); !checked) {
        spoil_row(first, Verdict::bad_answer, checked.error().message(), crc);
        return {};
    }
    return settle_row(first, payload_);
}

core::Result<> Outcome::take_pack(std::uint32_t request, std::uint32_t crc) {
    const auto rows = static_cast<std::uint32_t>(manifest_.rows_of(request).size());
    const std::uint32_t first = manifest_.first_of(request);
    if (auto parted = spec_.shape.split_pack(result_.text, rows, scratch_, parts_); !parted) {
        spoil_request(request, Verdict::bad_answer, parted.error().message(), crc);
        return {};
    }
    for (std::uint32_t i = 0; i < rows; ++i) {
        if (!parts_[i]) {
            spoil_row(first + i, Verdict::bad_answer, "the answer leaves this row out", crc);
        } else if (auto checked = spec_.shape.check(*parts_[i], payload_); !checked) {
            spoil_row(first + i, Verdict::bad_answer, checked.error().message(), crc);
        } else {
            OVERNIGHT_TRY(settle_row(first + i, payload_));
        }
    }
    return {};
}

core::Result<> Outcome::take_items(std::uint32_t request, std::uint32_t crc) {
    const auto rows = static_cast<std::uint32_t>(manifest_.rows_of(request).size());
    const std::uint32_t first = manifest_.first_of(request);
    for (std::uint32_t i = 0; i < rows; ++i) {
        if (i >= result_.items.size() || result_.items[i].empty()) {
            spoil_row(first + i, Verdict::bad_answer, "the answer leaves this row out", crc);
        } else {
            OVERNIGHT_TRY(settle_row(first + i, result_.items[i]));
        }
    }
    return {};
}

core::Result<> Outcome::settle_row(std::uint32_t row_index, std::string_view payload) {
    OVERNIGHT_TRY_ASSIGN(places_[row_index], answers_.append(payload));
    return {};
}

void Outcome::spoil_row(std::uint32_t row_index,
                        Verdict verdict,
                        std::string reason,
                        std::uint32_t crc) {
    row_troubles_[row_index] = Trouble{verdict, std::move(reason), crc};
}

void Outcome::spoil_request(std::uint32_t request,
                            Verdict verdict,
                            const std::string& reason,
                            std::uint32_t crc) {
    request_troubles_[request] = Trouble{verdict, reason, crc};
}

void Outcome::close(Verdict missing, std::string_view reason) {
    missing_ = Trouble{missing, std::string(reason), 0};
}

// Counted at the end: a trouble that a later success took back is none.
std::uint64_t Outcome::packs_failed_whole() const noexcept {
    std::uint64_t packs = 0;
    for (const auto& [request, trouble] : request_troubles_) {
        const bool whole = trouble.verdict == Verdict::bad_answer ||
                           trouble.verdict == Verdict::cut_off ||
                           trouble.verdict == Verdict::permanent;
        if (whole && manifest_.rows_of(request).size() > 1) ++packs;
    }
    return packs;
}

std::uint32_t Outcome::requests_without_line() const noexcept {
    return static_cast<std::uint32_t>(std::count(seen_.begin(), seen_.end(), Seen::no));
}

const Trouble& Outcome::trouble(std::uint32_t row_index) const {
    if (const auto own = row_troubles_.find(row_index); own != row_troubles_.end())
        return own->second;
    const std::uint32_t request = request_of_.empty() ? row_index : request_of_[row_index];
    const auto shared = request_troubles_.find(request);
    return shared != request_troubles_.end() ? shared->second : missing_;
}

}  // namespace overnight::reconciler
