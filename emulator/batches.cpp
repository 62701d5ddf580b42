// The batches' states and the thread that moves them by the clock.
#include "emulator/batches.hpp"

#include "core/text.hpp"
#include "emulator/wire.hpp"

#include <algorithm>

namespace overnight::emulator {

Batches::Batches(Config config,
                 const VirtualClock& clock,
                 Ledger& ledger,
                 Journal& journal,
                 Files& files,
                 FaultBook& faults)
    : config_(config),
      clock_(clock),
      ledger_(ledger),
      journal_(journal),
      files_(files),
      faults_(faults) {}

Batches::~Batches() {
    stop();
}

void Batches::restore(const std::vector<boost::json::value>& records) {
    const std::lock_guard lock(mutex_);
    for (const auto& record : records) {
        auto entry = std::make_shared<Entry>();
        if (!restore_batch(record, entry->batch)) continue;
        entry->restored = true;
        Batch& batch = entry->batch;
        if (!is_terminal(batch.status)) {
            batch.behaviour = behaviour_of(faults_.current(), {batch.ordinal, batch.endpoint},
                                           config_.batch_time);
        }
        next_ordinal_ = std::max(next_ordinal_, batch.ordinal + 1);
        entries_.push_back(std::move(entry));
    }
}

void Batches::start() {
    for (unsigned i = 0; i < std::max(1U, config_.workers); ++i)
        threads_.emplace_back([this] { work(); });
    threads_.emplace_back([this] { schedule(); });
}

void Batches::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    moved_.notify_all();
    job_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
    threads_.clear();
}

void Batches::wake() {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    moved_.notify_all();
}

void Batches::at(core::TimePoint when, std::function<void()> task) {
    {
        const std::lock_guard lock(mutex_);
        tasks_.push_back({when, std::move(task)});
    }
    wake();
}

core::Result<Batch> Batches::create(const CreateSpec& spec) {
    auto entry = std::make_shared<Entry>();
    Batch& batch = entry->batch;
    const core::TimePoint now = clock_.now();
    constexpr std::chrono::hours window{24};
    batch.id = new_hex_id("batch_");
    batch.key = spec.key;
    batch.endpoint = spec.endpoint;
    batch.input_file_id = spec.input_file_id;
    batch.metadata = spec.metadata;
    batch.output_lifetime = spec.output_lifetime;
    batch.created = now;
    batch.expires = now + window;
    Batch copy;
    {
        const std::lock_guard lock(mutex_);
        batch.ordinal = next_ordinal_++;
        batch.behaviour =
            behaviour_of(faults_.current(), {batch.ordinal, batch.endpoint}, config_.batch_time);
        if (batch.behaviour.drop_metadata) batch.metadata = "null";
        // An expiry that was asked for comes when it was asked for, and the batch says so from the
        // start.
        if (batch.behaviour.end == Behaviour::End::expire) {
            batch.expires = now + batch.behaviour.validating_time + batch.behaviour.run_time;
        }
        OVERNIGHT_TRY(journal_.put("batch", batch_record(batch)));
        OVERNIGHT_TRY(ledger_.event("create", [&](ObjectWriter& event) {
            event.text("batch", batch.id)
                .text("input_file", spec.input_file_id)
                .text_or_null("tag", spec.tag)
                .raw("metadata", spec.metadata)
                .text("endpoint", spec.endpoint)
                .text("key", spec.key);
        }));
        entries_.push_back(entry);
        copy = batch;
        woken_ = true;
    }
    moved_.notify_all();
    return copy;
}

void Batches::add_foreign(std::uint64_t count) {
    const core::TimePoint now = clock_.now();
    const std::lock_guard lock(mutex_);
    for (std::uint64_t i = 0; i < count; ++i) {
        auto entry = std::make_shared<Entry>();
        Batch& batch = entry->batch;
        batch.id = new_hex_id("batch_");
        batch.endpoint = path_of(Endpoint::chat_completions);
        batch.input_file_id = new_id("file-");
        batch.metadata = R"({"team":"somebody else"})";
        batch.model = "gpt-4o-mini";
        batch.status = BatchStatus::completed;
        batch.created = batch.in_progress_at = batch.finalizing_at = batch.ended_at = now;
        batch.expires = now + std::chrono::hours{24};
        batch.total = batch.completed = 1;
        batch.admitted = batch.validated = batch.published = true;
        batch.output_file_id = new_id("file-");
        entries_.push_back(std::move(entry));
    }
}

std::optional<Batch> Batches::find(std::string_view id) const {
    const std::lock_guard lock(mutex_);
    for (const auto& entry : entries_) {
        if (entry->batch.id == id) return entry->batch;
    }
    return std::nullopt;
}

std::vector<Batch> Batches::list() const {
    const std::lock_guard lock(mutex_);
    std::vector<Batch> all;
    all.reserve(entries_.size());
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry)
        all.push_back((*entry)->batch);
    return all;
}

std::uint64_t Batches::ordinal_of(std::string_view id) const {
    const auto batch = find(id);
    return batch ? batch->ordinal : 0;
}

std::uint64_t Batches::created_since(core::TimePoint time) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::uint64_t>(
        std::count_if(entries_.begin(), entries_.end(),
                      [time](const auto& entry) { return entry->batch.created >= time; }));
}

std::pair<CancelOutcome, std::optional<Batch>> Batches::cancel(std::string_view id) {
    std::pair<CancelOutcome, std::optional<Batch>> result{CancelOutcome::refused, std::nullopt};
    {
        const std::lock_guard lock(mutex_);
        for (const auto& entry : entries_) {
            if (entry->batch.id != id) continue;
            result.first = emulator::cancel(entry->batch, clock_.now());
            result.second = entry->batch;
            if (result.first == CancelOutcome::accepted)
                note_states(entry->batch, {BatchStatus::cancelling});
        }
        woken_ = true;
    }
    moved_.notify_all();
    return result;
}

// The scheduler's thread.
void Batches::schedule() {
    constexpr std::chrono::milliseconds shortest_sleep{1};
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        woken_ = false;
        const auto tasks = due_tasks();
        if (!tasks.empty()) {
            lock.unlock();
            for (const auto& task : tasks)
                task();
            lock.lock();
        }
        move_all();
        const core::TimePoint now = clock_.now();
        core::TimePoint due = now + std::chrono::hours{24};
        for (const auto& entry : entries_) {
            if (!is_terminal(entry->batch.status) && !entry->batch.busy)
                due = std::min(due, next_due(entry->batch, now));
        }
        for (const Task& task : tasks_)
            due = std::min(due, task.when);
        const auto real =
            std::max(clock_.real_time_of(due), VirtualClock::now_real() + shortest_sleep);
        moved_.wait_until(lock, real, [this] { return woken_ || stopping_.load(); });
    }
}

std::vector<std::function<void()>> Batches::due_tasks() {
    const core::TimePoint now = clock_.now();
    const auto first_due = std::stable_partition(
        tasks_.begin(), tasks_.end(), [now](const Task& task) { return task.when > now; });
    std::vector<std::function<void()>> due;
    for (auto task = first_due; task != tasks_.end(); ++task)
        due.push_back(std::move(task->run));
    tasks_.erase(first_due, tasks_.end());
    return due;
}

void Batches::move_all() {
    for (const auto& entry : entries_) {
        if (!is_terminal(entry->batch.status)) move(entry);
    }
}

void Batches::move(const std::shared_ptr<Entry>& entry) {
    std::vector<BatchStatus> entered;
    Batch& batch = entry->batch;
    const Step step = advance(
        batch, clock_.now(), [this](const Batch& one) { return admit(one); }, entered);
    if (!entered.empty() && is_terminal(batch.status)) end(*entry);
    note_states(batch, entered);
    if (step.kind == Step::Kind::none) return;
    batch.busy = true;
    jobs_.push_back({entry, step});
    job_.notify_one();
}

// A ledger or journal that cannot be written has been reported by the requests that failed for it.
void Batches::note_states(const Batch& batch, const std::vector<BatchStatus>& entered) {
    for (const BatchStatus status : entered) {
        (void)ledger_.event("state", [&](ObjectWriter& event) {
            event.text("batch", batch.id).text("status", name(status));
        });
    }
}

// Makes the result files known. The batch has just become terminal.
void Batches::end(Entry& entry) {
    Batch& batch = entry.batch;
    if (entry.run) {
        const BatchRun& run = *entry.run;
        batch.output_file_id =
            register_results(batch, run.output_path(), run.output_bytes(), "output");
        batch.error_file_id = register_results(batch, run.error_path(), run.error_bytes(), "error");
        entry.run.reset();
    }
    entry.input = Descriptor();
    (void)journal_.put("batch", batch_record(batch));
}

std::string Batches::register_results(const Batch& batch,
                                      const std::filesystem::path& path,
                                      std::uint64_t bytes,
                                      std::string_view kind) {
    if (bytes == 0) {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
        return {};
    }
    FileObject file;
    file.filename = batch.id + '_' + std::string(kind) + ".jsonl";
    file.purpose = "batch_output";
    std::error_code error;
    file.bytes = std::filesystem::file_size(path, error);
    file.created_at = clock_.seconds();
    std::int64_t lifetime =
        batch.output_lifetime > 0 ? batch.output_lifetime : default_file_lifetime;
    if (const Rule* const rule = faults_.current()->first_world(Fault::retention)) {
        lifetime = rule->integer("seconds", lifetime);
    }
    file.expires_at = file.created_at + lifetime;
    file.key = batch.key;
    file.path = path;
    const auto added = files_.add(std::move(file));
    return added ? (*added)->id : std::string();
}

std::optional<BatchError> Batches::admit(const Batch& batch) const {
    if (!files_.find(batch.input_file_id, clock_.seconds())) {
        return BatchError{"invalid_request",
                          "Cannot find file " + batch.input_file_id +
                              ", or organization org-emulated does not have access to it.",
                          "file_id", 0};
    }
    if (batch.behaviour.fails && (batch.behaviour.fails_for_model.empty() ||
                                  batch.behaviour.fails_for_model == batch.model)) {
        return batch.behaviour.fails;
    }
    const auto script = faults_.current();
    for (const Rule* const rule : script->world(Fault::token_limit)) {
        if (rule->has("model") && rule->text("model", "") != batch.model) continue;
        const auto limit =
            static_cast<std::uint64_t>(std::max<std::int64_t>(0, rule->integer("limit", 0)));
        std::uint64_t enqueued = batch.enqueued_tokens;
        for (const auto& entry : entries_) {
            const Batch& other = entry->batch;
            if (other.admitted && !is_terminal(other.status) && other.model == batch.model) {
                enqueued += other.enqueued_tokens;
            }
        }
        if (enqueued > limit) {
            return BatchError{"token_limit_exceeded",
                              "Enqueued token limit reached for " + batch.model +
                                  " in organization org-emulated. Limit: " + core::grouped(limit) +
                                  " enqueued tokens. Please try again once some in_progress "
                                  "batches have been completed.",
                              "", 0};
        }
    }
    return std::nullopt;
}

}  // namespace overnight::emulator
