// The machine against a provider that loses, delays and hides: whatever happens within the
// assumptions (a batch stays out of the lists at most list_lag; a lost create may be applied at any
// time while its input file exists), one shard is never billed twice and always ends with its batch
// known. The real machine takes the place of the protocol in tests/model/submission_model.py.
#include "submitter/attempt_machine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace overnight::submitter {
namespace {

using model::AttemptState;
using providers::ReplyClass;
using Clock = std::chrono::milliseconds;

constexpr Clock lag{600'000};

struct Batch {
    std::string file;
    std::string tag;
    Clock created{};
    std::string id;
};
struct Travelling {
    std::string file;
    std::string tag;
};

class World {
public:
    explicit World(unsigned seed) : random_(seed) {}

    bool chance(double p) { return std::uniform_real_distribution<>(0, 1)(random_) < p; }
    Clock some(Clock most) {
        return Clock(std::uniform_int_distribution<std::int64_t>(0, most.count())(random_));
    }

    model::Moment now() const {
        return {core::TimePoint{std::chrono::seconds{1'800'000'000}} + time_, time_, "boot"};
    }
    void advance(Clock d) {
        time_ += d;
        // Lost creates are applied late, or never.
        for (auto it = travelling_.begin(); it != travelling_.end();) {
            if (chance(0.3)) {
                apply(it->file, it->tag);
                it = travelling_.erase(it);
            } else {
                ++it;
            }
        }
    }
    void apply(const std::string& file, const std::string& tag) {
        if (files_.count(file) != 0)
            batches_.push_back({file, tag, time_, "batch_" + std::to_string(batches_.size())});
    }

    Event upload() {
        if (chance(0.2)) return UploadFailed{core::Error(core::Errc::unavailable, "cut")};
        const std::string id = "file_" + std::to_string(next_file_++);
        files_.insert(id);
        return UploadReplied{{ReplyClass::ok, "", ""}, providers::FileView{{id}, 1000, "", 0}, {}};
    }
    Event create(const model::Attempt& a) {
        if (chance(0.15)) return CreateNotSent{core::Error(core::Errc::unavailable, "refused")};
        if (chance(0.2)) {  // lost on the way, perhaps for a while
            travelling_.push_back({a.file.v, a.tag});
            return CreateUnknown{"timed out"};
        }
        apply(a.file.v, a.tag);
        if (chance(0.25)) return CreateUnknown{"the reply was lost"};
        if (chance(0.1)) return CreateReplied{{ReplyClass::ambiguous, "", ""}, std::nullopt, {}};
        return CreateReplied{{ReplyClass::ok, "", ""}, view(batches_.back()), {}};
    }
    Event scan(const model::Attempt& a) {
        if (chance(0.15)) return Scanned{false, true, {}, "a page failed", false};
        Scanned s{true, true, {}, "", false};
        for (const auto& b : batches_) {
            const bool visible = time_ - b.created >= lag || chance(0.5);
            if (visible && (b.tag == a.tag || b.file == a.file.v)) s.hits.push_back(view(b));
        }
        return s;
    }
    Event remove(const model::Attempt& a) {
        if (chance(0.15)) return InputDeleted{false, "busy"};
        files_.erase(a.file.v);
        if (chance(0.1)) return InputDeleted{false, "the reply was lost"};
        return InputDeleted{true, ""};
    }

    std::size_t batches() const { return batches_.size(); }
    bool has(const std::string& id) const {
        return std::any_of(batches_.begin(), batches_.end(),
                           [&](const auto& b) { return b.id == id; });
    }

private:
    static providers::BatchView view(const Batch& b) {
        providers::BatchView v;
        v.id.v = b.id;
        v.tag = b.tag;
        v.input_file.v = b.file;
        v.created_at = b.created.count();
        v.status = model::BatchStatus::validating;
        return v;
    }
    std::mt19937 random_;
    Clock time_{1'000'000};
    std::set<std::string> files_;
    std::vector<Batch> batches_;
    std::vector<Travelling> travelling_;
    int next_file_ = 0;
};

model::Attempt first_attempt() {
    model::Attempt a;
    a.key = {core::JobId{1}, core::ShardNo{0}, 1};
    a.intent.v = "intent-1";
    a.tag = "tag-1";
    a.file_bytes = 1000;
    a.key_fingerprint = "k";
    return a;
}

/// Runs one shard to its end; gives the batch that the store knows. Crashes lose the machine, never
/// the store.
std::string run_shard(World& world) {
    AttemptPolicy policy;
    policy.key_fingerprint = "k";
    model::Attempt stored = first_attempt();
    int crashes = 6;
    for (int pass = 0; pass < 5000; ++pass) {
        if (stored.state == AttemptState::submitted) return stored.batch.v;
        if (stored.state == AttemptState::voided) {
            EXPECT_EQ(stored.void_reason, model::VoidReason::absent);
            model::Attempt next = first_attempt();
            next.key.attempt = static_cast<std::uint16_t>(stored.key.attempt + 1);
            next.intent.v = "intent-" + std::to_string(next.key.attempt);
            next.tag = "tag-" + std::to_string(next.key.attempt);
            stored = next;
        }
        AttemptMachine machine(stored, policy);
        Event event = Start{};
        for (bool going = true; going;) {
            if (crashes > 0 && world.chance(0.03)) {
                --crashes;
                break;
            }
            const Action action = machine.resume(event, world.now());
            if (const auto* save = std::get_if<Save>(&action)) {
                EXPECT_EQ(save->expected, stored.state);
                EXPECT_TRUE(model::may_become(stored.state, save->next.state))
                    << name(stored.state) << " -> " << name(save->next.state);
                stored = save->next;
                event = Saved{};
            } else if (std::holds_alternative<Upload>(action)) {
                event = world.upload();
            } else if (std::holds_alternative<SearchUpload>(action)) {
                event = UploadFound{world.chance(0.9), std::nullopt};
            } else if (const auto* create = std::get_if<Create>(&action)) {
                stored = create->commit;
                machine.note_committed(stored);
                event = world.create(stored);
            } else if (std::holds_alternative<Scan>(action)) {
                event = world.scan(machine.attempt());
            } else if (std::holds_alternative<DeleteInput>(action)) {
                event = world.remove(machine.attempt());
            } else {
                going = false;
            }
            world.advance(world.some(Clock{2000}));
        }
        world.advance(world.some(Clock{60'000}));
    }
    return "";
}

TEST(AttemptMachineModel, with_the_fence_no_shard_is_billed_twice_whatever_is_lost_or_late) {
    for (unsigned seed = 1; seed <= 20'000; ++seed) {
        World world(seed);
        const std::string batch = run_shard(world);
        world.advance(std::chrono::hours{48});
        ASSERT_FALSE(batch.empty()) << "no end, seed " << seed;
        ASSERT_TRUE(world.has(batch)) << "seed " << seed;
        ASSERT_EQ(world.batches(), 1u) << "billed twice, seed " << seed;
    }
}

}  // namespace
}  // namespace overnight::submitter
