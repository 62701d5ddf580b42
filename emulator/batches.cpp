// The batches' states and the thread that moves them by the clock.
#include "emulator/batches.hpp"

#include "emulator/batch_record.hpp"
#include "emulator/dialect.hpp"

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
            batch.behaviour = decide_behaviour(batch);
            // An addition that a kill cut off was never acknowledged.
            const FilePtr growing =
                batch.open ? files_.find(batch.input_file_id, clock_.seconds()) : nullptr;
            if (growing != nullptr) (void)keep_lines(growing->path, batch.total);
            // What a create has looked at need not be looked at again.
            batch.validated =
                batch.validated || (batch.own_input && (batch.open || batch.total > 0));
            batch.admitted = batch.admitted || batch.enqueued_tokens > 0;
            // A cancel that came when everything had run.
            if (batch.status == BatchStatus::cancelling && batch.finalizing_at != Batch::never)
                batch.behaviour.cancel_completes = true;
        } else if (batch.own_input) {
            (void)files_.erase(batch.input_file_id, clock_.seconds());
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
    const BatchFormat& format = dialect(spec.provider).batches;
    const core::TimePoint now = clock_.now();
    batch.id = format.new_id();
    batch.provider = spec.provider;
    batch.key = spec.key;
    batch.endpoint = spec.endpoint;
    batch.input_file_id = spec.input_file_id;
    batch.inputs = spec.inputs;
    batch.own_input = spec.own_input;
    batch.open = spec.open;
    batch.metadata = spec.metadata;
    batch.tag = spec.tag;
    batch.version = spec.version;
    batch.model = spec.model;
    batch.output_lifetime = spec.output_lifetime;
    batch.created = now;
    batch.expires = now + format.window();
    if (spec.known) {
        batch.total = spec.known->lines;
        batch.enqueued_tokens = spec.known->tokens;
        batch.admitted = true;
        // A client's file can be deleted: validation opens it, so that a batch that started goes
        // on.
        batch.validated = spec.own_input;
    }
    Batch copy;
    {
        const std::lock_guard lock(mutex_);
        if (spec.known && exceeded_limit(batch)) {
            return core::Error(core::Errc::rate_limited, "the enqueued token limit is reached");
        }
        batch.ordinal = next_ordinal_++;
        batch.behaviour = decide_behaviour(batch);
        if (batch.behaviour.drop_metadata) {
            batch.metadata = "null";
            batch.tag.clear();
        }
        // An expiry that was asked for comes when it was asked for, and the batch says so from the
        // start.
        if (batch.behaviour.end == Behaviour::End::expire) {
            batch.expires = now + batch.behaviour.validating_time + batch.behaviour.run_time;
        }
        OVERNIGHT_TRY(ledger_.event("create", [&](ObjectWriter& event) {
            event.text("batch", batch.id)
                .text_or_null("input_file", spec.own_input ? std::string() : spec.input_file_id)
                .text_or_null("tag", spec.tag)
                .raw("metadata", spec.metadata)
                .text("endpoint", spec.endpoint)
                .text("key", spec.key);
        }));
        OVERNIGHT_TRY(journal_.put("batch", batch_record(batch)));
        entries_.push_back(entry);
        copy = batch;
        woken_ = true;
    }
    moved_.notify_all();
    return copy;
}

core::Result<> Batches::append(std::string_view id, const Addition& addition) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = std::find_if(entries_.begin(), entries_.end(),
                                        [id](const auto& entry) { return entry->batch.id == id; });
        if (found == entries_.end() || !(*found)->batch.open)
            return core::Error(core::Errc::conflict, "the batch takes no more requests");
        Batch& batch = (*found)->batch;
        const bool runs =
            batch.status == BatchStatus::validating || batch.status == BatchStatus::in_progress;
        const FilePtr input = files_.find(batch.input_file_id, clock_.seconds());
        // From the expiry on a worker may be writing the last results.
        if (!runs || batch.published || clock_.now() >= batch.expires || input == nullptr)
            return core::Error(core::Errc::conflict, "the batch has ended");
        if (batch.total != addition.behind)
            return core::Error(core::Errc::unavailable, "somebody else added to the batch");
        OVERNIGHT_TRY(write_lines(batch, input->path, addition));
        woken_ = true;
    }
    moved_.notify_all();
    return {};
}

// A worker reads no further than to the lines that are counted; lines that are not must not stay,
// for the next addition would stand behind them.
core::Result<> Batches::write_lines(Batch& batch,
                                    const std::filesystem::path& input,
                                    const Addition& addition) {
    OVERNIGHT_TRY_ASSIGN(const Descriptor file, open_for_appending(input));
    std::error_code ignored;
    const std::uintmax_t before = std::filesystem::file_size(input, ignored);
    core::Result<> done = write_all(file, addition.lines);
    if (done) {
        batch.total += addition.count;
        done = journal_.put("batch", batch_record(batch));
        if (!done) batch.total -= addition.count;
    }
    if (!done) std::filesystem::resize_file(input, before, ignored);
    return done;
}

Behaviour Batches::decide_behaviour(const Batch& batch) const {
    Behaviour behaviour =
        behaviour_of(faults_.current(), {batch.ordinal, batch.endpoint}, config_.batch_time);
    dialect(batch.provider).batches.adapt(batch, behaviour);
    return behaviour;
}

void Batches::add_foreign(std::uint64_t count) {
    const core::TimePoint now = clock_.now();
    const std::lock_guard lock(mutex_);
    for (std::uint64_t i = 0; i < count; ++i) {
        for (const Dialect& one : dialects()) {
            auto entry = std::make_shared<Entry>();
            Batch& batch = entry->batch;
            batch.provider = one.provider;
            batch.status = BatchStatus::completed;
            batch.created = batch.in_progress_at = batch.finalizing_at = batch.ended_at = now;
            batch.expires = now + one.batches.window();
            batch.total = batch.completed = 1;
            batch.admitted = batch.validated = batch.published = true;
            one.batches.make_foreign(batch);
            entries_.push_back(std::move(entry));
        }
    }
}

std::optional<Batch> Batches::find(std::string_view id) const {
    const std::lock_guard lock(mutex_);
    for (const auto& entry : entries_) {
        if (entry->batch.id == id) return entry->batch;
    }
    return std::nullopt;
}

std::vector<Batch> Batches::list(Provider provider) const {
    const std::lock_guard lock(mutex_);
    std::vector<Batch> all;
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
        if ((*entry)->batch.provider == provider) all.push_back((*entry)->batch);
    }
    return all;
}

std::map<std::string_view, std::int64_t> Batches::count_by_status() const {
    const std::lock_guard lock(mutex_);
    std::map<std::string_view, std::int64_t> counts;
    for (const auto& entry : entries_)
        ++counts[name(entry->batch.status)];
    return counts;
}

std::uint64_t Batches::ordinal_of(std::string_view id) const {
    const auto batch = find(id);
    return batch ? batch->ordinal : 0;
}

std::uint64_t Batches::created_since(Provider provider, core::TimePoint time) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::uint64_t>(
        std::count_if(entries_.begin(), entries_.end(), [&](const auto& entry) {
            return entry->batch.provider == provider && entry->batch.created >= time;
        }));
}

core::Result<bool> Batches::erase(std::string_view id) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(entries_.begin(), entries_.end(), [id](const auto& entry) {
        return entry->batch.id == id && is_terminal(entry->batch.status);
    });
    if (found == entries_.end()) return false;
    std::string gone;
    put_json(gone, id);
    OVERNIGHT_TRY(journal_.put("batch_gone", gone));
    for (const std::string& file : {(*found)->batch.output_file_id, (*found)->batch.error_file_id})
        if (!file.empty()) (void)files_.erase(file, clock_.seconds());
    entries_.erase(found);
    return true;
}

std::pair<CancelOutcome, std::optional<Batch>> Batches::cancel(std::string_view id) {
    std::pair<CancelOutcome, std::optional<Batch>> result{CancelOutcome::refused, std::nullopt};
    {
        const std::lock_guard lock(mutex_);
        for (const auto& entry : entries_) {
            if (entry->batch.id != id) continue;
            result.first = emulator::cancel(entry->batch, clock_.now());
            result.second = entry->batch;
            if (result.first != CancelOutcome::accepted) continue;
            (void)journal_.put("batch", batch_record(entry->batch));
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
            register_results(batch, run.output_path(), run.output_bytes(), ResultFile::output);
        batch.error_file_id =
            register_results(batch, run.error_path(), run.error_bytes(), ResultFile::errors);
        entry.run.reset();
    }
    entry.input = Descriptor();
    (void)journal_.put("batch", batch_record(batch));
    // Not before the record: a batch that had not ended would look for it in the next life.
    if (batch.own_input) (void)files_.erase(batch.input_file_id, clock_.seconds());
}

std::string Batches::register_results(Batch& batch,
                                      const std::filesystem::path& path,
                                      std::uint64_t bytes,
                                      ResultFile which) {
    auto file = dialect(batch.provider).batches.result_file(batch, which);
    std::error_code error;
    if (bytes == 0 || !file) {
        std::filesystem::remove(path, error);
        return {};
    }
    file->provider = batch.provider;
    file->bytes = std::filesystem::file_size(path, error);
    file->created_at = clock_.seconds();
    if (const Rule* const rule = faults_.current()->first_world(Fault::retention)) {
        file->expires_at =
            file->created_at + rule->integer("seconds", file->expires_at - file->created_at);
    }
    file->key = batch.key;
    file->path = path;
    if (file->expires_at > 0)
        batch.results_gone = core::TimePoint{std::chrono::seconds{file->expires_at}};
    // A life that was killed before it recorded the end has left results under the same name.
    if (!file->id.empty()) (void)files_.erase(file->id, clock_.seconds());
    const auto added = files_.add(std::move(*file));
    return added ? (*added)->id : std::string();
}

std::optional<BatchError> Batches::admit(const Batch& batch) const {
    const BatchFormat& format = dialect(batch.provider).batches;
    if (!files_.find(batch.input_file_id, clock_.seconds())) return format.input_gone(batch);
    if (batch.behaviour.fails && (batch.behaviour.fails_for_model.empty() ||
                                  batch.behaviour.fails_for_model == batch.model)) {
        return batch.behaviour.fails;
    }
    const auto limit = exceeded_limit(batch);
    return limit ? format.over_token_limit(batch, *limit) : std::nullopt;
}

std::optional<std::uint64_t> Batches::exceeded_limit(const Batch& batch) const {
    const auto script = faults_.current();
    for (const Rule* const rule : script->world(Fault::token_limit)) {
        if (rule->has("model") && rule->text("model", "") != batch.model) continue;
        const auto limit =
            static_cast<std::uint64_t>(std::max<std::int64_t>(0, rule->integer("limit", 0)));
        std::uint64_t enqueued = batch.enqueued_tokens;
        for (const auto& entry : entries_) {
            const Batch& other = entry->batch;
            if (&other != &batch && other.admitted && !is_terminal(other.status) &&
                other.provider == batch.provider && other.model == batch.model) {
                enqueued += other.enqueued_tokens;
            }
        }
        if (enqueued > limit) return limit;
    }
    return std::nullopt;
}

}  // namespace overnight::emulator
