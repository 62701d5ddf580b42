// The workers: validation, execution and publication of batches, outside the lock.
#include "emulator/batches.hpp"
#include "emulator/dialect.hpp"

namespace overnight::emulator {

void Batches::work() {
    Executor executor;
    std::unique_lock lock(mutex_);
    while (true) {
        job_.wait(lock, [this] { return stopping_.load() || !jobs_.empty(); });
        if (stopping_) return;
        Job job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        perform(job, executor);
        lock.lock();
        job.entry->batch.busy = false;
        if (!stopping_) move(job.entry);
        woken_ = true;
        moved_.notify_one();
    }
}

void Batches::perform(Job& job, Executor& executor) {
    Entry& entry = *job.entry;
    core::Result<> done;
    switch (job.step.kind) {
    case Step::Kind::validate:
        done = perform_validate(entry);
        break;
    case Step::Kind::execute:
        done = perform_execute(entry, job.step.until_line, executor);
        break;
    case Step::Kind::publish:
        done = perform_publish(entry, executor);
        break;
    case Step::Kind::none:
        break;
    }
    if (done) return;
    // A disk that is full or a ledger that cannot be written: the batch fails, loudly, instead of
    // hanging.
    const std::lock_guard lock(mutex_);
    Batch& batch = entry.batch;
    batch.errors = {{"server_error", "The emulator failed: " + done.error().describe(), "", 0}};
    batch.status = BatchStatus::failed;
    batch.ended_at = clock_.now();
    entry.run.reset();
    end(entry);
    note_states(batch, {batch.status});
}

core::Result<> Batches::perform_validate(Entry& entry) {
    const FilePtr input = files_.find(entry.batch.input_file_id, clock_.seconds());
    Validation validation;
    if (input != nullptr) {
        // Both at once: the file may be deleted while it is looked at.
        auto file = open_for_reading(input->path);
        auto again = open_for_reading(input->path);
        if (file && again) {
            LineReader lines(std::move(*file));
            OVERNIGHT_TRY_ASSIGN(
                validation, dialect(entry.batch.provider).batches.validate(lines, entry.batch));
            entry.input = std::move(*again);
        }
    }
    // A file that has gone is reported by admit(), when the time of validation is over.
    const std::lock_guard lock(mutex_);
    Batch& batch = entry.batch;
    batch.validated = true;
    batch.errors = std::move(validation.errors);
    batch.total = validation.lines;
    if (!validation.model.empty()) batch.model = std::move(validation.model);
    batch.enqueued_tokens = validation.tokens;
    return {};
}

// Opens the run's files. Only the worker that has the batch comes here.
core::Result<> Batches::open_run(Entry& entry) {
    if (entry.run) return {};
    BatchRun::Setup setup;
    std::string input_id;
    {
        const std::lock_guard lock(mutex_);
        const Batch& batch = entry.batch;
        setup.batch = batch.id;
        setup.ordinal = batch.ordinal;
        input_id = batch.input_file_id;
        setup.format = &dialect(batch.provider).batches;
        if (setup.format->names_model()) setup.model = batch.model;
        setup.version = batch.version;
        setup.own_input = batch.own_input;
        setup.cache = config_.cache;
        setup.endpoint = endpoint_of(batch.endpoint).value_or(Endpoint::chat_completions);
        setup.behaviour = batch.behaviour;
    }
    setup.output = files_.new_blob();
    setup.errors = files_.new_blob();
    if (entry.restored) {
        OVERNIGHT_TRY_ASSIGN(setup.billed_before, ledger_.billed_before(setup.batch));
    }
    // What came with the create has not been opened by a validation.
    const FilePtr own = entry.input ? nullptr : files_.find(input_id, clock_.seconds());
    if (own != nullptr) {
        OVERNIGHT_TRY_ASSIGN(entry.input, open_for_reading(own->path));
    }
    if (!entry.input) return core::Error(core::Errc::not_found, "the input file has gone");
    OVERNIGHT_TRY_ASSIGN(entry.run,
                         BatchRun::start(std::move(setup), std::move(entry.input), ledger_));
    return {};
}

core::Result<> Batches::perform_execute(Entry& entry, std::uint64_t until, Executor& executor) {
    OVERNIGHT_TRY(open_run(entry));
    const auto script = faults_.current();
    BatchStatus began_as{};
    {
        const std::lock_guard lock(mutex_);
        began_as = entry.batch.status;
    }
    OVERNIGHT_TRY(
        entry.run->execute(until, executor, *script, clock_, [&](const RunCounts& counts) {
            take_counts(entry, counts);
            const std::lock_guard lock(mutex_);
            return !stopping_ && entry.batch.status == began_as;  // a cancel stops it
        }));
    take_counts(entry, entry.run->counts());
    const std::lock_guard lock(mutex_);
    if (entry.run->counts().executed < until && entry.batch.status == began_as && !stopping_) {
        return core::Error(core::Errc::internal, "the input file became shorter");
    }
    return {};
}

core::Result<> Batches::perform_publish(Entry& entry, Executor& executor) {
    BatchRun::Unrun unrun = BatchRun::Unrun::none;
    bool has_lines = false;
    {
        const std::lock_guard lock(mutex_);
        const Batch& batch = entry.batch;
        if (batch.status == BatchStatus::in_progress) unrun = BatchRun::Unrun::expired;
        if (batch.status == BatchStatus::cancelling && batch.executed < batch.total)
            unrun = BatchRun::Unrun::cancelled;
        has_lines = batch.validated && batch.errors.empty() && batch.total > 0;
        // What an earlier life had opened may have been deleted since.
        if (entry.restored && !entry.run && !entry.input &&
            files_.find(batch.input_file_id, clock_.seconds()) == nullptr)
            has_lines = false;
    }
    // Nothing is written for a batch that was cancelled before its input had been read.
    if (has_lines) {
        OVERNIGHT_TRY(open_run(entry));
        const auto script = faults_.current();
        OVERNIGHT_TRY(entry.run->rerun_billed(executor, *script, clock_));
        OVERNIGHT_TRY(entry.run->publish(unrun));
    }
    if (entry.run) take_counts(entry, entry.run->counts());
    const std::lock_guard lock(mutex_);
    entry.batch.published = true;
    return {};
}

void Batches::take_counts(Entry& entry, const RunCounts& counts) {
    const std::lock_guard lock(mutex_);
    Batch& batch = entry.batch;
    batch.executed = counts.executed;
    batch.completed = counts.completed;
    batch.failed = counts.failed;
    batch.overloaded = counts.overloaded;
    batch.input_tokens = counts.input_tokens;
    batch.output_tokens = counts.output_tokens;
}

}  // namespace overnight::emulator
