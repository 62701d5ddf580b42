// Batches and their result lines (providers/anthropic.md 2).
#include "emulator/anthropic/dialect.hpp"
#include "emulator/anthropic/replies.hpp"
#include "emulator/anthropic/wire.hpp"
#include "emulator/json_text.hpp"

namespace overnight::emulator::anthropic {

namespace {

constexpr std::int64_t results_lifetime = 29 * 86'400;  // from the creation on

std::string request_id_of(std::uint64_t seed) {
    const Sha256 hash = sha256(std::to_string(seed));
    return "req_01" + hash.hex().substr(0, 22);
}

class BatchLines final : public BatchFormat {
public:
    std::string new_id() const override { return emulator::new_id(id_prefix); }

    // A batch is processed from its creation on, and no batch as a whole fails: where others fail
    // in validation, all requests of this one do.
    void adapt(const Batch& batch, Behaviour& behaviour) const override {
        behaviour.validating_time = core::Duration{0};
        if (behaviour.stuck_state == "canceling") behaviour.stuck_state = "cancelling";
        if (!behaviour.fails) return;
        if (behaviour.fails_for_model.empty() || behaviour.fails_for_model == batch.model)
            behaviour.all_failed = behaviour.fails_by;
        behaviour.fails.reset();
    }

    // The create has looked at the envelope, and requests are looked at when they run.
    core::Result<Validation> validate(LineReader& lines, const Batch&) const override {
        Validation result;
        while (true) {
            OVERNIGHT_TRY_ASSIGN(const auto line, lines.next());
            if (!line) return result;
            ++result.lines;
        }
    }

    BatchError input_gone(const Batch&) const override {
        return {"api_error", "The requests of the batch were lost.", "", 0};
    }

    void make_foreign(Batch& batch) const override {
        batch.id = new_id();
        batch.endpoint = path_of(Endpoint::messages);
        batch.model = "claude-haiku-4-5";
    }

    LineNames line_names() const override { return {"custom_id", "params"}; }

    void put_result(std::string& out, const ResultLine& line) const override {
        ObjectWriter object(out);
        object.text("custom_id", line.source.custom_id);
        ObjectWriter result(object.key("result"));
        if (line.body.empty()) {
            put_error_result(result, line.result.error, hash_text(line.batch, line.number));
        } else {
            result.text("type", "succeeded").raw("message", line.body);
        }
        result.end();
        object.end();
        out += '\n';
    }

    void put_unrun(std::string& out, const UnrunLine& line) const override {
        ObjectWriter object(out);
        object.text("custom_id", line.custom_id);
        ObjectWriter result(object.key("result"));
        switch (line.why) {
        case UnrunLine::Why::expired:
            result.text("type", "expired");
            break;
        case UnrunLine::Why::cancelled:
            result.text("type", "canceled");
            break;
        case UnrunLine::Why::overloaded:
            put_error_result(result, error_of(529, "Overloaded"),
                             hash_text(line.custom_id, line.ordinal));
            break;
        }
        result.end();
        object.end();
        out += '\n';
    }

    ApiError line_failure(int status) const override {
        if (status == 400) return invalid("The request was refused.");
        return error_of(status, status == 529 ? "Overloaded" : "Internal server error");
    }

    std::string_view stray_answer() const override {
        return R"({"id":"msg_01stray","type":"message","role":"assistant","model":"claude-haiku-4-5",)"
               R"("content":[],"stop_reason":"end_turn","stop_sequence":null,)"
               R"("usage":{"input_tokens":1,"output_tokens":1,"service_tier":"batch"}})";
    }

    std::optional<FileObject> result_file(const Batch& batch, ResultFile) const override {
        FileObject file;
        file.filename = batch.id + "_results.jsonl";
        file.purpose = "batch_output";
        file.expires_at = core::unix_seconds(batch.created) + results_lifetime;
        return file;
    }

private:
    // Note that there is an error in the error.
    static void put_error_result(ObjectWriter& result, const ApiError& error, std::uint64_t seed) {
        result.text("type", "errored");
        put_error(result.key("error"), error, request_id_of(seed));
    }
};

}  // namespace

const BatchFormat& batch_format() noexcept {
    static const BatchLines format;
    return format;
}

}  // namespace overnight::emulator::anthropic
