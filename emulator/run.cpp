// Execution of a batch's lines.
#include "emulator/run.hpp"

namespace overnight::emulator {

namespace {

constexpr std::uint64_t lines_between_questions = 256;

}  // namespace

BatchRun::BatchRun(
    Setup setup, Descriptor input, Ledger& ledger, FileWriter output, FileWriter errors)
    : setup_(std::move(setup)),
      input_(std::move(input)),
      ledger_(ledger),
      output_(std::move(output)),
      errors_(std::move(errors)),
      lines_(setup_.format->line_names()) {}

core::Result<std::unique_ptr<BatchRun>> BatchRun::start(Setup setup,
                                                        Descriptor input,
                                                        Ledger& ledger) {
    OVERNIGHT_TRY_ASSIGN(FileWriter output, FileWriter::create(setup.output));
    OVERNIGHT_TRY_ASSIGN(FileWriter errors, FileWriter::create(setup.errors));
    return std::unique_ptr<BatchRun>(new BatchRun(std::move(setup), std::move(input), ledger,
                                                  std::move(output), std::move(errors)));
}

core::Result<> BatchRun::execute(std::uint64_t until,
                                 Executor& executor,
                                 const FaultScript& faults,
                                 const VirtualClock& clock,
                                 const std::function<bool(const RunCounts&)>& go_on) {
    while (counts_.executed < until) {
        OVERNIGHT_TRY_ASSIGN(const auto line, input_.next());
        if (!line) break;
        OVERNIGHT_TRY(execute_line(*line, executor, faults, clock.seconds()));
        if (counts_.executed % lines_between_questions != 0) continue;
        // Billed lines are in the ledger before anybody can see that they ran.
        OVERNIGHT_TRY(ledger_.append(billed_));
        billed_.clear();
        if (!go_on(counts_)) break;
    }
    OVERNIGHT_TRY(ledger_.append(billed_));
    billed_.clear();
    return {};
}

core::Result<> BatchRun::rerun_billed(Executor& executor,
                                      const FaultScript& faults,
                                      const VirtualClock& clock) {
    while (!setup_.billed_before.empty()) {
        OVERNIGHT_TRY_ASSIGN(const auto line, input_.next());
        if (!line) break;
        OVERNIGHT_TRY(execute_line(*line, executor, faults, clock.seconds()));
    }
    billed_.clear();  // by a script that is another one now
    return {};
}

core::Result<> BatchRun::execute_line(std::string_view line,
                                      Executor& executor,
                                      const FaultScript& faults,
                                      std::int64_t now) {
    InputLine parsed;
    if (!lines_.read(line, parsed))
        return core::Error(core::Errc::internal, "a validated line cannot be read");
    custom_id_ = parsed.custom_id;
    ++counts_.executed;
    const Sha256 hash = sha256(parsed.body);
    if (setup_.behaviour.all_failed != nullptr) {
        fail_all(*setup_.behaviour.all_failed);
    } else {
        const Executor::Request request{
            setup_.format->endpoint_of_line(parsed).value_or(setup_.endpoint),
            parsed.body,
            hash,
            Tier::batch,
            now,
            setup_.ordinal,
            setup_.model,
            setup_.version,
            setup_.cache};
        executor.run(request, faults, result_);
    }
    const bool success = result_.succeeded();
    ++(success ? counts_.completed : counts_.failed);
    const bool dropped = setup_.behaviour.dropped.any() &&
                         setup_.behaviour.dropped.takes(counts_.executed, custom_id_);
    if (result_.billed && (!dropped || setup_.behaviour.dropped_billed)) bill(custom_id_, hash);
    if (dropped) return {};
    const LineSource source{custom_id_, parsed.has_custom_id,
                            parsed.has_more ? line : std::string_view()};
    if (held_ || setup_.behaviour.swapped.takes(counts_.executed, custom_id_))
        return write_swapped(source);
    put_line(source, result_.body, result_);
    OVERNIGHT_TRY(write_line(custom_id_, file_of(result_)));
    if (setup_.behaviour.duplicates.any() &&
        setup_.behaviour.duplicates.takes(counts_.executed, custom_id_)) {
        OVERNIGHT_TRY(write_duplicate(source));
    }
    if (success && setup_.behaviour.duplicate == Behaviour::Duplicate::different)
        last_body_ = result_.body;
    return {};
}

void BatchRun::fail_all(const Rule& rule) {
    // Where a dialect has no batch that fails in validation, all its lines do.
    const int fallback = rule.fault() == Fault::validate_fail ? 400 : 500;
    result_ = Executed{};
    result_.status = static_cast<int>(rule.integer("status", fallback));
    result_.error = setup_.format->line_failure(result_.status);
    apply_rule(rule, result_.error);
}

void BatchRun::bill(std::string_view custom_id, const Sha256& hash) {
    counts_.input_tokens += result_.input_tokens;
    counts_.output_tokens += result_.output_tokens;
    if (setup_.billed_before.take(custom_id, hash)) return;
    ledger_.put_billed(billed_, {setup_.batch, custom_id, hash, result_.input_tokens,
                                 result_.output_tokens, name(Tier::batch)});
}

// Builds line_.
void BatchRun::put_line(const LineSource& source, std::string_view body, const Executed& result) {
    line_.clear();
    setup_.format->put_result(line_, {setup_.batch, counts_.executed, source, body, result,
                                      setup_.behaviour, setup_.own_input});
}

core::Result<> BatchRun::write_swapped(const LineSource& source) {
    if (!held_) {
        held_ = Held{std::string(source.custom_id), source.has_custom_id,
                     std::string(source.input) + std::string(LineReader::padding, '\0'),
                     source.input.size(), result_};
        held_->result.rule = nullptr;  // its script may be replaced before the next line
        return {};
    }
    put_line(source, held_->result.body, held_->result);
    OVERNIGHT_TRY(write_line(source.custom_id, file_of(held_->result)));
    put_line(held_->source(), result_.body, result_);
    OVERNIGHT_TRY(write_line(held_->custom_id, file_of(result_)));
    held_.reset();
    return {};
}

// The last line had no other to be swapped with.
core::Result<> BatchRun::write_held() {
    if (!held_) return {};
    put_line(held_->source(), held_->result.body, held_->result);
    OVERNIGHT_TRY(write_line(held_->custom_id, file_of(held_->result)));
    held_.reset();
    return {};
}

FileWriter& BatchRun::file_of(const Executed& result) {
    return setup_.format->file_of(result) == ResultFile::output ? output_ : errors_;
}

core::Result<> BatchRun::write_line(std::string_view custom_id, FileWriter& file) {
    if (setup_.behaviour.corrupt.any() &&
        setup_.behaviour.corrupt.takes(counts_.executed, custom_id)) {
        line_.resize(line_.size() / 2);
        line_ += '\n';
    }
    return file.append(line_);
}

core::Result<> BatchRun::write_duplicate(const LineSource& source) {
    const std::string_view custom_id = source.custom_id;
    switch (setup_.behaviour.duplicate) {
    case Behaviour::Duplicate::same:
        return write_line(custom_id, file_of(result_));
    case Behaviour::Duplicate::different:
        // A line that failed was not billed: its second one must not be an answer.
        if (result_.status < 200 || result_.status > 299)
            return write_line(custom_id, file_of(result_));
        put_line(source, last_body_.empty() ? std::string_view("{}") : std::string_view(last_body_),
                 result_);
        return write_line(custom_id, file_of(result_));
    case Behaviour::Duplicate::failed: {
        const Executed kept = std::exchange(result_, Executed{});
        result_.status = 500;
        result_.error = setup_.format->line_failure(result_.status);
        put_line(source, {}, result_);
        const core::Result<> written = write_line(custom_id, file_of(result_));
        result_ = kept;
        return written;
    }
    }
    return {};
}

core::Result<> BatchRun::publish(Unrun unrun) {
    OVERNIGHT_TRY(write_held());
    while (unrun != Unrun::none) {
        OVERNIGHT_TRY_ASSIGN(const auto line, input_.next());
        if (!line) break;
        OVERNIGHT_TRY(write_unrun(*line, unrun));
    }
    OVERNIGHT_TRY(write_unknown_lines());
    OVERNIGHT_TRY(output_.flush());
    OVERNIGHT_TRY(errors_.flush());
    if (setup_.behaviour.shuffle) {
        OVERNIGHT_TRY(shuffle_lines(output_.path(), setup_.ordinal));
        OVERNIGHT_TRY(shuffle_lines(errors_.path(), setup_.ordinal + 1));
    }
    const std::string_view end = setup_.format->end_of_results();
    if (end.empty() || output_.bytes() == 0 || setup_.own_input) return {};
    OVERNIGHT_TRY_ASSIGN(const Descriptor output, open_for_appending(output_.path()));
    return write_all(output, end);
}

core::Result<> BatchRun::write_unrun(std::string_view line, Unrun unrun) {
    InputLine parsed;
    if (!lines_.read(line, parsed))
        return core::Error(core::Errc::internal, "a validated line cannot be read");
    UnrunLine never{setup_.batch, setup_.ordinal, parsed.custom_id, UnrunLine::Why::expired};
    if (unrun == Unrun::cancelled) never.why = UnrunLine::Why::cancelled;
    if (selected(hash_text(parsed.custom_id, setup_.ordinal), setup_.behaviour.overloaded)) {
        never.why = UnrunLine::Why::overloaded;
        ++counts_.overloaded;
    }
    line_.clear();
    setup_.format->put_unrun(line_, never);
    const bool output = setup_.format->unrun_file() == ResultFile::output;
    return (output ? output_ : errors_).append(line_);
}

core::Result<> BatchRun::write_unknown_lines() {
    for (std::uint64_t i = 0; i < setup_.behaviour.unknown_lines; ++i) {
        result_ = Executed{};
        const std::string id = "unknown-" + std::to_string(i + 1);
        put_line({id},
                 last_body_.empty() ? setup_.format->stray_answer() : std::string_view(last_body_),
                 result_);
        OVERNIGHT_TRY(output_.append(line_));
    }
    return {};
}

}  // namespace overnight::emulator
