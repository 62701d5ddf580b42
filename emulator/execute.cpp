// Execution of single requests.
#include "emulator/execute.hpp"

#include "emulator/dialect.hpp"
#include "emulator/instance.hpp"
#include "emulator/json_text.hpp"
#include "emulator/words.hpp"

namespace overnight::emulator {

namespace {

constexpr std::size_t max_schemas = 256;

// The dialects' words for an answer that ran into the token limit.
bool means_cut(std::string_view reason) {
    return reason == "length" || reason == "max_tokens" || reason == "MAX_TOKENS";
}

void fail(ApiError error, Executed& result) {
    result.status = error.status;
    result.error = std::move(error);
    result.billed = false;
    result.body.clear();
}

RowAnswer row_answer(const Rule& rule, std::uint64_t seed, std::string_view row) {
    const RowAnswer wrong =
        rule.fault() == Fault::missing_rows ? RowAnswer::missing : RowAnswer::invalid;
    const auto* const rows = rule.value("rows");
    if (rows != nullptr && rows->is_array()) {
        for (const auto& one : rows->get_array()) {
            if (one.is_string() && std::string_view(one.get_string()) == row) return wrong;
        }
        return RowAnswer::valid;
    }
    return selected(hash_text(row, seed), rule.number("rows_fraction", 0.25)) ? wrong
                                                                              : RowAnswer::valid;
}

}  // namespace

RequestFormat& Executor::format_of(Provider provider) {
    std::unique_ptr<RequestFormat>& format = formats_[provider];
    if (!format) format = dialect(provider).make_request_format();
    return *format;
}

void Executor::run(const Request& request, const FaultScript& faults, Executed& result) {
    result.body.clear();
    result.error = ApiError();
    result.status = 200;
    result.output_tokens = 0;
    result.billed = true;
    result.rule = nullptr;
    RequestFormat& format = format_of(provider_of(request.endpoint));
    ApiError wrong = format.read(request, prompt_);
    if (prompt_.model.empty()) prompt_.model = request.model;
    result.input_tokens = prompt_.input_tokens();
    if (faults.has_line_rules()) {
        const LineTarget target{request.body, request.sha256, request.batch, prompt_.model,
                                path_of(request.endpoint)};
        result.rule = faults.match_line(target);
    }
    const Rule* const rule = result.rule;
    if (is_fault(rule, Fault::line_error) || is_fault(rule, Fault::quota) ||
        is_fault(rule, Fault::poison)) {
        ApiError error = format.failure(*rule, prompt_);
        apply_rule(*rule, error);
        fail(std::move(error), result);
        result.billed = rule->flag("billed", false);
        return;
    }
    if (wrong.status == 0) wrong = format.check(request, prompt_);
    if (wrong.status != 0) return fail(std::move(wrong), result);
    text_.clear();
    cut_ = false;
    if (answers_with_text(request.endpoint)) {
        schema_error_.clear();
        answer_text(rule, request.sha256.word(3));
        if (!schema_error_.empty()) return fail(format.bad_schema(schema_error_), result);
    }
    format.put_answer({request, prompt_, text_, cut_, rule}, result);
}

const Schema* Executor::schema_of(std::string_view text, std::string& why) {
    std::string key(1, prompt_.strict ? 's' : 'l');
    key += text;
    if (const auto known = schemas_.find(key); known != schemas_.end()) return known->second.get();
    auto compiled =
        Schema::compile(text, prompt_.strict ? Strictness::strict : Strictness::lenient);
    if (!compiled) {
        why = compiled.error().message();
        return nullptr;
    }
    if (schemas_.size() >= max_schemas) schemas_.clear();
    return schemas_.emplace(std::move(key), std::make_unique<const Schema>(std::move(*compiled)))
        .first->second.get();
}

// Makes text_ and cut_.
void Executor::answer_text(const Rule* rule, std::uint64_t seed) {
    text_.clear();
    InstanceOptions options;
    options.text = prompt_.user_text;
    if (is_fault(rule, Fault::missing_rows) || is_fault(rule, Fault::bad_rows)) {
        options.rows = [rule, seed](std::string_view row) { return row_answer(*rule, seed, row); };
    }
    if (prompt_.format == Prompt::Format::json_schema) {
        const Schema* const schema = schema_of(prompt_.schema, schema_error_);
        if (schema == nullptr) return;
        if (is_fault(rule, Fault::schema_violation)) {
            put_violation(text_, *schema, options);
        } else {
            put_instance(text_, *schema, options);
        }
    } else {
        Random random(hash_text(prompt_.user_text));
        const std::string plain = sentence(prompt_.user_text, random, 6, 14);
        if (prompt_.format == Prompt::Format::json_object) {
            ObjectWriter(text_).text("answer", plain).end();
        } else {
            text_ = plain;
        }
    }
    if (is_fault(rule, Fault::invalid_json)) text_ = cut_utf8(text_, text_.size() / 2);
    cut_ = is_fault(rule, Fault::finish) && means_cut(rule->text("reason", "length"));
    if (cut_) text_ = cut_utf8(text_, text_.size() / 2);
    if (prompt_.max_output_tokens && tokens_of(text_) > *prompt_.max_output_tokens) {
        text_ = cut_utf8(text_, *prompt_.max_output_tokens * 4);
        cut_ = true;
    }
}

}  // namespace overnight::emulator
