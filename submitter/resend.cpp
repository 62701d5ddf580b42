#include "submitter/resend.hpp"

#include "model/custom_id.hpp"
#include "providers/job_spec.hpp"
#include "submitter/requests.hpp"
#include "submitter/row_texts.hpp"
#include "submitter/shard_writer.hpp"

#include <algorithm>
#include <set>

namespace overnight::submitter {
namespace {

constexpr std::size_t rows_a_read = 10'000;

/// Rows that may stand in one pack together.
struct Group {
    std::uint32_t pack_limit = 0;
    bool raise_output = false;
    friend auto operator<=>(const Group&, const Group&) = default;
};

Group group_of(const model::TryRecord& t) {
    return {t.pack_limit, t.raise_output};
}

template <class Each>
core::Result<> for_each_queued(const store::Store& store, core::JobId job, Each each) {
    core::RowNo from{0};
    while (true) {
        OVERNIGHT_TRY_ASSIGN(const auto rows, store.queued(job, from, rows_a_read));
        for (const auto& [row, tries] : rows)
            OVERNIGHT_TRY(each(row, tries));
        if (rows.size() < rows_a_read) return {};
        from = core::RowNo{rows.back().first.v + 1};
    }
}

class Resend {
public:
    Resend(store::Store& store,
           const model::Job& job,
           const providers::JobSpec& spec,
           ShardLimits limits)
        : store_(store),
          job_(job),
          spec_(spec),
          texts_(store, job.id, spec),
          bodies_(spec),
          shards_(store,
                  job.id,
                  job.account,
                  core::ShardNo{job.shards},
                  limits,
                  [this](const model::Shard& shard,
                         const model::Attempt& first,
                         const store::Manifest& manifest) {
                      return store_.add_retry_shard(shard, first, manifest.all_rows());
                  }) {}

    core::Result<> group(const Group& group);
    core::Result<> raw();
    core::Result<std::uint32_t> finish() {
        OVERNIGHT_TRY(shards_.finish());
        return shards_.shards() - job_.shards;
    }

private:
    store::Store& store_;
    const model::Job& job_;
    const providers::JobSpec& spec_;
    RowTexts texts_;
    BodyCache bodies_;
    ShardWriter shards_;
};

core::Result<> Resend::group(const Group& group) {
    const std::uint32_t rows =
        group.pack_limit == 0 ? job_.pack_rows : std::min(group.pack_limit, job_.pack_rows);
    OVERNIGHT_TRY_ASSIGN(const auto limits, pack_limits(spec_, bodies_, std::max(rows, 1u)));
    PackWriter packs(spec_, bodies_, shards_, limits);
    packs.set_limits(limits, group.raise_output ? 2 : 1);
    OVERNIGHT_TRY(for_each_queued(
        store_, job_.id, [&](core::RowNo row, const model::TryRecord& t) -> core::Result<> {
            if (group_of(t) != group) return {};
            OVERNIGHT_TRY_ASSIGN(const auto text, texts_.text(t));
            return packs.add(row, text);
        }));
    return packs.flush();
}

core::Result<> Resend::raw() {
    return for_each_queued(
        store_, job_.id, [&](core::RowNo row, const model::TryRecord& t) -> core::Result<> {
            OVERNIGHT_TRY_ASSIGN(const auto line, texts_.line(t));
            OVERNIGHT_TRY_ASSIGN(const auto raw,
                                 spec_.adapter->read_raw_line(line.substr(0, line.size() - 1)));
            const LineCost cost{raw.inputs, recipe::estimate_tokens(raw.body)};
            return shards_.add({&row, 1}, cost, [&](std::string& out, std::string_view custom_id) {
                spec_.adapter->append_raw_line(out, custom_id, raw.endpoint, raw.body);
            });
        });
}

}  // namespace

core::Result<std::uint32_t> resend_queued_rows(store::Store& store,
                                               const model::Job& job,
                                               std::uint32_t calls_at_once) {
    OVERNIGHT_TRY_ASSIGN(const auto spec, providers::load_spec(job));
    OVERNIGHT_TRY_ASSIGN(const auto account, store.account(job.account));
    ShardLimits limits = shard_limits(spec.caps, {spec.recipe.batch_requests, calls_at_once});
    if (const auto learned = account.token_limits.find(job.model);
        learned != account.token_limits.end())
        limits.input_tokens =
            learned->second - learned->second / 5;  // the provider counts a little more than we do
    Resend resend(store, job, spec, limits);
    if (job.kind == model::JobKind::raw_requests) {
        OVERNIGHT_TRY(resend.raw());
        return resend.finish();
    }
    // A shard that is finished takes its rows out of the queue, which for_each_queued reads in row
    // order, behind them.
    std::set<Group> groups;
    OVERNIGHT_TRY(for_each_queued(store, job.id,
                                  [&](core::RowNo, const model::TryRecord& t) -> core::Result<> {
                                      groups.insert(group_of(t));
                                      return {};
                                  }));
    for (const auto& group : groups)
        OVERNIGHT_TRY(resend.group(group));
    return resend.finish();
}

core::Result<> attempt_again(store::Store& store, const model::Attempt& voided) {
    model::Attempt next;
    next.key = voided.key;
    ++next.key.attempt;
    next.account = voided.account;
    next.intent = model::new_intent();
    next.tag = model::make_tag(store.installation().id, next.intent);
    next.file_bytes = voided.file_bytes;
    next.requests = voided.requests;
    OVERNIGHT_TRY(rewrite_shard(store.shard_file(voided.key), store.shard_file(next.key),
                                voided.intent, next.intent, next.key.attempt));
    return store.begin_attempt(next);
}

}  // namespace overnight::submitter
