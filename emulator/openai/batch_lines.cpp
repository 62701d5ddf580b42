// Batches and their result lines (providers/openai.md 3, 4).
#include "emulator/openai/batch_lines.hpp"

#include "core/text.hpp"
#include "emulator/json_text.hpp"
#include "emulator/openai/dialect.hpp"
#include "emulator/openai/replies.hpp"

namespace overnight::emulator::openai {

namespace {

void put_hex(std::string& out, std::uint64_t a, std::uint64_t b) {
    static constexpr std::string_view digits = "0123456789abcdef";
    for (const std::uint64_t word : {a, b}) {
        for (int shift = 60; shift >= 0; shift -= 4)
            out += digits[word >> shift & 15];
    }
}

std::string_view text_of(const Rule* rule, std::string_view parameter, std::string_view fallback) {
    return rule == nullptr ? fallback : rule->text(parameter, fallback);
}

std::string_view unrun_error(UnrunLine::Why why) {
    switch (why) {
    case UnrunLine::Why::overloaded:
        return R"({"code":"server_error","message":"Our servers are currently overloaded. Please try again later."})";
    case UnrunLine::Why::expired:
        return R"({"code":"batch_expired","message":"This request could not be executed before the completion window )"
               R"(expired."})";
    case UnrunLine::Why::cancelled:
        break;
    }
    return R"({"code":"batch_cancelled","message":"This request was not executed because the batch was )"
           R"(cancelled."})";
}

void begin_line(std::string& out, std::uint64_t id, const LineSource& source) {
    out += R"({"id":"batch_req_)";
    put_hex(out, id, mix(id));
    out += R"(","custom_id":)";
    if (source.has_custom_id) {
        put_json(out, source.custom_id);
    } else {
        out += "null";
    }
    out += R"(,"response":)";
}

}  // namespace

void BatchLines::adapt(const Batch&, Behaviour& behaviour) const {
    if (behaviour.fails && behaviour.fails->message.empty())
        behaviour.fails->message = validation_message(behaviour.fails->code);
}

core::Result<Validation> BatchLines::validate(LineReader& lines, const Batch& batch) const {
    const auto endpoint = endpoint_of(batch.endpoint);
    return endpoint ? openai::validate(lines, *endpoint, rules(batch)) : Validation();
}

BatchError BatchLines::input_gone(const Batch& batch) const {
    return {"invalid_request",
            "Cannot find file " + batch.input_file_id +
                ", or organization org-emulated does not have access to it.",
            "file_id", 0};
}

std::optional<BatchError> BatchLines::over_token_limit(const Batch& batch,
                                                       std::uint64_t limit) const {
    return BatchError{"token_limit_exceeded",
                      "Enqueued token limit reached for " + batch.model +
                          " in organization org-emulated. Limit: " + core::grouped(limit) +
                          " enqueued tokens. Please try again once some in_progress "
                          "batches have been completed.",
                      "", 0};
}

void BatchLines::make_foreign(Batch& batch) const {
    batch.id = new_id();
    batch.endpoint = path_of(Endpoint::chat_completions);
    batch.input_file_id = emulator::new_id("file-");
    batch.metadata = R"({"team":"somebody else"})";
    batch.model = "gpt-4o-mini";
    batch.output_file_id = emulator::new_id("file-");
}

// The three shapes of a failure are those of providers/openai.md 4.4.
void BatchLines::put_result(std::string& out, const ResultLine& line) const {
    const Executed& result = line.result;
    const std::uint64_t id = hash_text(line.batch, line.number);
    const std::string_view shape = text_of(result.rule, "shape", "response");
    begin_line(out, id, line.source);
    if (shape == "error" || shape == "empty") {
        out += "null";
    } else {
        out += R"({"status_code":)";
        put_number(out, static_cast<std::int64_t>(result.status));
        out += R"(,"request_id":")";
        put_hex(out, mix(id + 1), mix(id + 2));
        out += R"(","body":)";
        if (line.body.empty()) {
            put_error(out, result.error);
        } else {
            out += line.body;
        }
        out += '}';
    }
    out += R"(,"error":)";
    if (shape == "error" || shape == "both") {
        ObjectWriter(out)
            .text_or_null("code", result.error.code)
            .text("message", result.error.message)
            .end();
    } else {
        out += "null";
    }
    out += "}\n";
}

ResultFile BatchLines::file_of(const Executed& result) const {
    return result.succeeded() || text_of(result.rule, "file", "error") == "output"
               ? ResultFile::output
               : ResultFile::errors;
}

void BatchLines::put_unrun(std::string& out, const UnrunLine& line) const {
    begin_line(out, hash_text(line.custom_id, line.ordinal), {line.custom_id});
    out += R"(null,"error":)";
    out += unrun_error(line.why);
    out += "}\n";
}

ApiError BatchLines::line_failure(int status) const {
    return {status, "The server had an error while processing your request.", "server_error"};
}

std::string_view BatchLines::stray_answer() const {
    return R"({"object":"chat.completion","choices":[]})";
}

std::optional<FileObject> BatchLines::result_file(const Batch& batch, ResultFile which) const {
    FileObject file;
    file.filename = batch.id + (which == ResultFile::output ? "_output.jsonl" : "_error.jsonl");
    file.purpose = "batch_output";
    file.expires_at = core::unix_seconds(batch.ended_at) +
                      (batch.output_lifetime > 0 ? batch.output_lifetime : default_file_lifetime);
    return file;
}

void BatchLines::put_error(std::string& out, const ApiError& error) const {
    put_error_body(out, error);
}

const BatchFormat& batch_format() noexcept {
    static const BatchLines format;
    return format;
}

}  // namespace overnight::emulator::openai
