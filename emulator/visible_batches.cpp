// Scopes, delays and lists that lie.
#include "emulator/visible_batches.hpp"

#include "emulator/dialect.hpp"

#include <algorithm>

namespace overnight::emulator {

namespace {

bool in_scope(const Call& call, const Batch& batch) {
    return call.script->first_world(Fault::key_scope) == nullptr ||
           batch.key == call.key_fingerprint;
}

bool younger_than(
    const Call& call, Fault fault, const Batch& batch, core::TimePoint now, std::int64_t fallback) {
    const Rule* const rule = call.script->first_world(fault);
    return rule != nullptr &&
           now < batch.created + std::chrono::seconds{rule->integer("seconds", fallback)};
}

}  // namespace

std::optional<Batch> find_batch(World& world, const Call& call, Provider provider) {
    auto batch = world.batches->find(call.dialect->front.batch_of(call));
    if (batch && (batch->provider != provider || !in_scope(call, *batch))) batch.reset();
    return batch;
}

std::optional<Batch> shown_batch(World& world, const Call& call, Provider provider) {
    auto batch = find_batch(world, call, provider);
    if (!batch || younger_than(call, Fault::batch_hidden, *batch, world.clock.now(), 5))
        return std::nullopt;
    if (call.hit(Fault::swap_replies) == nullptr) return batch;
    for (Batch& other : world.batches->list(provider)) {
        if (other.id != batch->id) return std::move(other);
    }
    return batch;
}

std::vector<Batch> listed_batches(World& world, const Call& call, Provider provider) {
    std::vector<Batch> batches = world.batches->list(provider);
    const core::TimePoint now = world.clock.now();
    std::erase_if(batches, [&](const Batch& batch) {
        return !in_scope(call, batch) || younger_than(call, Fault::list_lag, batch, now, 60);
    });
    if (call.hit(Fault::list_empty) != nullptr) batches.clear();
    if (call.hit(Fault::list_reverse) != nullptr) std::reverse(batches.begin(), batches.end());
    if (const Rule* const rule = call.hit(Fault::list_drop)) {
        std::erase_if(batches, [&](const Batch& batch) {
            return selected(hash_text(batch.id), rule->number("part", 0.5));
        });
    }
    return batches;
}

bool too_many_creates(World& world, const Call& call, Provider provider) {
    constexpr std::chrono::hours hour{1};
    const Rule* const rule = call.script->first_world(Fault::creates_per_hour);
    if (rule == nullptr) return false;
    const auto limit =
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, rule->integer("limit", 2'000)));
    return world.batches->created_since(provider, world.clock.now() - hour) >= limit;
}

}  // namespace overnight::emulator
