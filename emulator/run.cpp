// Execution of a batch's lines.
#include "emulator/run.hpp"

#include "emulator/json_text.hpp"

namespace overnight::emulator {

namespace {

constexpr std::uint64_t lines_between_questions = 256;

void put_hex(std::string& out, std::uint64_t a, std::uint64_t b) {
    static constexpr std::string_view digits = "0123456789abcdef";
    for (const std::uint64_t word : {a, b}) {
        for (int shift = 60; shift >= 0; shift -= 4)
            out += digits[word >> shift & 15];
    }
}

bool is_success(const Executed& result) {
    return result.status >= 200 && result.status < 300;
}

std::string_view text_of(const Rule* rule, std::string_view parameter, std::string_view fallback) {
    return rule == nullptr ? fallback : rule->text(parameter, fallback);
}

}  // namespace

BatchRun::BatchRun(
    Setup setup, Descriptor input, Ledger& ledger, FileWriter output, FileWriter errors)
    : setup_(std::move(setup)),
      input_(std::move(input)),
      ledger_(ledger),
      output_(std::move(output)),
      errors_(std::move(errors)) {}

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
        const Executor::Request request{setup_.endpoint, parsed.body, hash,
                                        Tier::batch,     now,         setup_.ordinal};
        executor.run(request, faults, result_);
    }
    const bool success = is_success(result_);
    ++(success ? counts_.completed : counts_.failed);
    const bool dropped = setup_.behaviour.dropped.any() &&
                         setup_.behaviour.dropped.takes(counts_.executed, custom_id_);
    if (result_.billed && (!dropped || setup_.behaviour.dropped_billed)) bill(custom_id_, hash);
    if (dropped) return {};
    put_line(custom_id_, result_.body);
    const bool to_output = success || text_of(result_.rule, "file", "error") == "output";
    OVERNIGHT_TRY(write_line(custom_id_, to_output ? output_ : errors_));
    if (setup_.behaviour.duplicates.any() &&
        setup_.behaviour.duplicates.takes(counts_.executed, custom_id_)) {
        OVERNIGHT_TRY(write_duplicate(custom_id_));
    }
    if (success && setup_.behaviour.duplicate == Behaviour::Duplicate::different)
        last_body_ = result_.body;
    return {};
}

void BatchRun::fail_all(const Rule& rule) {
    result_ = Executed{};
    result_.status = static_cast<int>(rule.integer("status", 500));
    result_.error_code = rule.text("code", "");
    result_.error_message =
        rule.text("message", "The server had an error while processing your request.");
    put_error_body(result_.body,
                   {result_.status, result_.error_message,
                    std::string(rule.text("type", "server_error")), "", result_.error_code});
}

void BatchRun::bill(std::string_view custom_id, const Sha256& hash) {
    counts_.input_tokens += result_.input_tokens;
    counts_.output_tokens += result_.output_tokens;
    if (!setup_.billed_before.empty() && setup_.billed_before.contains(std::string(custom_id)))
        return;
    ledger_.put_billed(billed_, {setup_.batch, custom_id, hash, result_.input_tokens,
                                 result_.output_tokens, name(Tier::batch)});
}

// Builds line_ from result_ (providers/openai.md 4.3, 4.4).
void BatchRun::put_line(std::string_view custom_id, std::string_view body) {
    const std::uint64_t id = hash_text(setup_.batch, counts_.executed);
    const std::string_view shape = text_of(result_.rule, "shape", "response");
    line_ = R"({"id":"batch_req_)";
    put_hex(line_, id, mix(id));
    line_ += R"(","custom_id":)";
    put_json(line_, custom_id);
    line_ += R"(,"response":)";
    if (shape == "error" || shape == "empty") {
        line_ += "null";
    } else {
        line_ += R"({"status_code":)";
        put_number(line_, static_cast<std::int64_t>(result_.status));
        line_ += R"(,"request_id":")";
        put_hex(line_, mix(id + 1), mix(id + 2));
        line_ += R"(","body":)";
        line_ += body;
        line_ += '}';
    }
    line_ += R"(,"error":)";
    if (shape == "error" || shape == "both") {
        ObjectWriter(line_)
            .text_or_null("code", result_.error_code)
            .text("message", result_.error_message)
            .end();
    } else {
        line_ += "null";
    }
    line_ += "}\n";
}

core::Result<> BatchRun::write_line(std::string_view custom_id, FileWriter& file) {
    if (setup_.behaviour.corrupt.any() &&
        setup_.behaviour.corrupt.takes(counts_.executed, custom_id)) {
        line_.resize(line_.size() / 2);
        line_ += '\n';
    }
    return file.append(line_);
}

core::Result<> BatchRun::write_duplicate(std::string_view custom_id) {
    switch (setup_.behaviour.duplicate) {
    case Behaviour::Duplicate::same:
        return write_line(custom_id, is_success(result_) ? output_ : errors_);
    case Behaviour::Duplicate::different:
        put_line(custom_id,
                 last_body_.empty() ? std::string_view("{}") : std::string_view(last_body_));
        return write_line(custom_id, is_success(result_) ? output_ : errors_);
    case Behaviour::Duplicate::failed: {
        const Executed kept = std::exchange(result_, Executed{});
        result_.status = 500;
        std::string body;
        put_error_body(body, {500, "The server had an error while processing your request.",
                              "server_error", "", ""});
        put_line(custom_id, body);
        result_ = kept;
        return write_line(custom_id, errors_);
    }
    }
    return {};
}

core::Result<> BatchRun::publish(Unrun unrun) {
    while (unrun != Unrun::none) {
        OVERNIGHT_TRY_ASSIGN(const auto line, input_.next());
        if (!line) break;
        OVERNIGHT_TRY(write_unrun(*line, unrun));
    }
    OVERNIGHT_TRY(write_unknown_lines());
    OVERNIGHT_TRY(output_.flush());
    OVERNIGHT_TRY(errors_.flush());
    if (!setup_.behaviour.shuffle) return {};
    OVERNIGHT_TRY(shuffle_lines(output_.path(), setup_.ordinal));
    return shuffle_lines(errors_.path(), setup_.ordinal + 1);
}

core::Result<> BatchRun::write_unrun(std::string_view line, Unrun unrun) {
    InputLine parsed;
    if (!lines_.read(line, parsed))
        return core::Error(core::Errc::internal, "a validated line cannot be read");
    const std::uint64_t id = hash_text(parsed.custom_id, setup_.ordinal);
    const bool overloaded = selected(id, setup_.behaviour.overloaded);
    line_ = R"({"id":"batch_req_)";
    put_hex(line_, id, mix(id));
    line_ += R"(","custom_id":)";
    put_json(line_, parsed.custom_id);
    line_ += R"(,"response":null,"error":)";
    if (overloaded) {
        line_ +=
            R"({"code":"server_error","message":"Our servers are currently overloaded. Please try again later."})";
    } else if (unrun == Unrun::expired) {
        line_ +=
            R"({"code":"batch_expired","message":"This request could not be executed before the completion window )"
            R"(expired."})";
    } else {
        line_ +=
            R"({"code":"batch_cancelled","message":"This request was not executed because the batch was )"
            R"(cancelled."})";
    }
    line_ += "}\n";
    return errors_.append(line_);
}

core::Result<> BatchRun::write_unknown_lines() {
    for (std::uint64_t i = 0; i < setup_.behaviour.unknown_lines; ++i) {
        result_ = Executed{};
        put_line("unknown-" + std::to_string(i + 1),
                 last_body_.empty() ? R"({"object":"chat.completion","choices":[]})" : last_body_);
        OVERNIGHT_TRY(output_.append(line_));
    }
    return {};
}

}  // namespace overnight::emulator
