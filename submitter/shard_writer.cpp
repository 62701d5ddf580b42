#include "submitter/shard_writer.hpp"

#include "core/bytes.hpp"
#include "jsonl/line_reader.hpp"
#include "model/custom_id.hpp"

#include <algorithm>

namespace overnight::submitter {
namespace {

constexpr std::size_t id_within = 64;  // every adapter writes the id first
// Of a shard whose lines are sent one by one: small enough that answers are settled as they come,
// large enough that opening and settling it is little beside its calls.
constexpr std::uint32_t calls_a_worker = 32;
constexpr std::uint32_t least_ordinary = 64;
constexpr std::uint32_t most_ordinary = 2048;

}  // namespace

ShardLimits shard_limits(const providers::Caps& caps, const ShardWish& wish) {
    ShardLimits limits;
    limits.requests = caps.max_requests;
    if (wish.batch_requests > 0) limits.requests = std::min(limits.requests, wish.batch_requests);
    if (wish.calls_at_once > 0)
        limits.requests = std::min(limits.requests, std::clamp(wish.calls_at_once * calls_a_worker,
                                                               least_ordinary, most_ordinary));
    limits.vary_requests = std::min(caps.vary_requests, limits.requests / 10);
    limits.bytes = caps.max_bytes;
    limits.inputs = caps.form == providers::PromptForm::list ? caps.max_list_inputs : UINT32_MAX;
    return limits;
}

ShardWriter::ShardWriter(const store::Store& store,
                         core::JobId job,
                         core::AccountName account,
                         core::ShardNo first,
                         ShardLimits limits,
                         Done done)
    : store_(store),
      job_(job),
      account_(std::move(account)),
      next_(first),
      limits_(limits),
      done_(std::move(done)) {}

ShardWriter::ShardWriter(const store::Store& store,
                         core::JobId job,
                         core::AccountName account,
                         core::ShardNo first,
                         ShardLimits limits,
                         CountOnly)
    : ShardWriter(store, job, std::move(account), first, limits, Done{}) {}

bool ShardWriter::fits(std::size_t line_bytes,
                       std::size_t rows,
                       const LineCost& cost) const noexcept {
    const std::uint32_t requests = limits_.requests - next_.v % (limits_.vary_requests + 1);
    return manifest_.requests() + 1u <= requests && shard_bytes_ + line_bytes <= limits_.bytes &&
           manifest_.rows() + rows <= limits_.rows &&
           shard_inputs_ + cost.inputs <= limits_.inputs &&
           shard_tokens_ + cost.input_tokens <= limits_.input_tokens;
}

core::Result<> ShardWriter::add(std::span<const core::RowNo> rows,
                                LineCost cost,
                                const std::function<void(std::string&, std::string_view)>& append) {
    if (!open_) OVERNIGHT_TRY(open());
    line_.clear();
    append(line_, model::make_custom_id(intent_, manifest_.requests(), 1));
    if (!fits(line_.size(), rows.size(), cost)) {
        if (manifest_.requests() > 0) {
            OVERNIGHT_TRY(close());
            OVERNIGHT_TRY(open());
            line_.clear();
            append(line_, model::make_custom_id(intent_, 0, 1));
        }
        // A request over a learned token limit still goes alone: the provider's estimate decides,
        // not ours.
        const LineCost alone{cost.inputs, 0};
        if (!fits(line_.size(), rows.size(), alone))
            return core::Error(core::Errc::invalid_input,
                               "one request of " + std::to_string(line_.size()) + " bytes and " +
                                   std::to_string(cost.inputs) +
                                   " inputs is over what a whole batch may hold");
    }
    manifest_.add(shard_bytes_, rows);
    if (file_) OVERNIGHT_TRY(file_->write(line_));
    shard_bytes_ += line_.size();
    shard_inputs_ += cost.inputs;
    shard_tokens_ += cost.input_tokens;
    ++requests_;
    bytes_ += line_.size();
    input_tokens_ += cost.input_tokens;
    return {};
}

core::Result<> ShardWriter::open() {
    intent_ = model::new_intent();
    open_ = true;
    if (!done_) return {};
    const model::AttemptKey key{job_, next_, 1};
    // A plan that died left files that no store names: they may be replaced.
    OVERNIGHT_TRY_ASSIGN(auto file, jsonl::DurableFile::create(store_.shard_file(key),
                                                               jsonl::Replace::yes, 0600, "shard"));
    file_.emplace(std::move(file));
    return {};
}

core::Result<> ShardWriter::close() {
    if (done_) OVERNIGHT_TRY(publish());
    manifest_.clear();
    open_ = false;
    shard_bytes_ = 0;
    shard_inputs_ = 0;
    shard_tokens_ = 0;
    ++next_.v;
    return {};
}

core::Result<> ShardWriter::publish() {
    model::Shard shard;
    shard.key = {job_, next_};
    shard.requests = manifest_.requests();
    shard.rows = manifest_.rows();
    shard.bytes = shard_bytes_;
    shard.input_tokens = shard_tokens_;
    shard.attempts = 1;
    model::Attempt attempt;
    attempt.key = {job_, next_, 1};
    attempt.account = account_;
    attempt.intent = intent_;
    attempt.tag = model::make_tag(store_.installation().id, intent_);
    attempt.file_bytes = shard.bytes;
    attempt.requests = shard.requests;
    OVERNIGHT_TRY(std::move(*file_).commit());
    file_.reset();
    OVERNIGHT_TRY(manifest_.write(store_.manifest_file(shard.key)));
    return done_(shard, attempt, manifest_);
}

core::Result<> ShardWriter::finish() {
    if (open_ && manifest_.requests() > 0) return close();
    file_.reset();
    open_ = false;
    return {};
}

core::Result<> rewrite_shard(const std::filesystem::path& from,
                             const std::filesystem::path& to,
                             const core::IntentId& old_intent,
                             const core::IntentId& new_intent,
                             std::uint16_t new_attempt) {
    OVERNIGHT_TRY_ASSIGN(auto in, jsonl::LineReader::open(from));
    OVERNIGHT_TRY_ASSIGN(auto out,
                         jsonl::DurableFile::create(to, jsonl::Replace::yes, 0600, "shard"));
    const auto damaged = [&](std::uint64_t line) {
        return core::Error(core::Errc::corrupt, from.string() + ":" + std::to_string(line) +
                                                    ": not the line that was written there");
    };
    // One digit for the attempt, whatever its number: the manifest's offsets hold for every
    // attempt.
    const std::string new_suffix = "_" + std::to_string(std::min<int>(new_attempt, 9));
    jsonl::Line line;
    std::string text;
    while (true) {
        OVERNIGHT_TRY_ASSIGN(const bool more, in.next(line));
        if (!more) break;
        const std::size_t id_at = line.text.substr(0, id_within).find(old_intent.v);
        if (id_at == std::string_view::npos || id_at == 0 || line.text[id_at - 1] != '"')
            return damaged(line.number);
        const std::size_t id_end = line.text.find('"', id_at);
        if (id_end == std::string_view::npos) return damaged(line.number);
        const auto id = model::parse_custom_id(line.text.substr(id_at, id_end - id_at));
        if (!id) return damaged(line.number);
        text.assign(line.text.substr(0, id_at));
        text.append(new_intent.v).append("_").append(core::base36(id->index)).append(new_suffix);
        text.append(line.text.substr(id_end)).append("\n");
        OVERNIGHT_TRY(out.write(text));
    }
    return std::move(out).commit();
}

}  // namespace overnight::submitter
