// Batches and their result lines (providers/gemini.md 2, 3, 5).
#include "emulator/gemini/dialect.hpp"
#include "emulator/gemini/echo.hpp"
#include "emulator/gemini/errors.hpp"
#include "emulator/gemini/file_json.hpp"
#include "emulator/gemini/file_spec.hpp"
#include "emulator/gemini/requests.hpp"
#include "emulator/gemini/validate.hpp"
#include "emulator/json_text.hpp"

namespace overnight::emulator::gemini {

namespace {

constexpr std::size_t batch_id_characters = 36;
constexpr std::string_view batch_prefix = "batches/";

std::string_view text_of(const Rule* rule, std::string_view parameter, std::string_view fallback) {
    return rule == nullptr ? fallback : rule->text(parameter, fallback);
}

// A state by this dialect's name or by the emulator's own.
std::string own_state(std::string state) {
    if (state.ends_with("PENDING")) return "validating";
    if (state.ends_with("RUNNING")) return "in_progress";
    return state;
}

class BatchLines final : public BatchFormat {
public:
    std::string new_id() const override {
        return std::string(batch_prefix) + random_id(batch_id_characters);
    }

    core::Duration window() const override { return std::chrono::hours{48}; }

    void adapt(const Batch&, Behaviour& behaviour) const override {
        // A cancel is carried out at once.
        if (!behaviour.cancel_slow) behaviour.cancel_time = core::Duration{0};
        behaviour.stuck_state = own_state(std::move(behaviour.stuck_state));
        // What an expired batch did is lost: as long as nobody asks for more it did nothing.
        if (behaviour.end != Behaviour::End::complete && !behaviour.done_given &&
            !behaviour.partial_results)
            behaviour.done = 0;
        if (!behaviour.fails) return;
        BatchError& error = *behaviour.fails;
        if (error.code == "token_limit_exceeded") error.code = "RESOURCE_EXHAUSTED";
        if (status_of_name(error.code).name != error.code) error.code = "INVALID_ARGUMENT";
        if (error.message.empty()) error.message = "The batch could not be processed.";
    }

    core::Result<Validation> validate(LineReader& lines, const Batch& batch) const override {
        return gemini::validate(lines, batch.endpoint);
    }

    BatchError input_gone(const Batch& batch) const override {
        return {"NOT_FOUND", "The input file " + batch.input_file_id + " was not found.", "", 0};
    }

    void make_foreign(Batch& batch) const override {
        batch.id = new_id();
        batch.endpoint = path_of(Endpoint::generate_content);
        batch.input_file_id = "files/" + random_id(12);
        batch.tag = "somebody-else";
        batch.model = "gemini-2.5-flash";
        batch.output_file_id = result_id(batch);
    }

    bool names_model() const override { return true; }

    LineNames line_names() const override { return {"key", "request"}; }

    void put_result(std::string& out, const ResultLine& line) const override {
        const std::size_t begin = out.size();  // each member brings its comma; the first one's goes
        if (!line.body.empty()) {
            out += R"(,"response":)";
            out += line.body;
        } else {
            put_failure(out, line);
        }
        // What came inline has its key in its metadata, which comes back as it is.
        if (!line.own_input && line.source.has_custom_id) {
            out += R"(,"key":)";
            put_json(out, line.source.custom_id);
        }
        if (!line.source.input.empty()) {
            thread_local EchoReader reader;
            reader.put_echo(out, line.source.input);
        }
        if (out.size() == begin) out += ' ';
        out[begin] = '{';
        out += "}\n";
    }

    // A request that never ran has no line.
    void put_unrun(std::string&, const UnrunLine&) const override {}

    std::string_view end_of_results() const override { return "\n"; }

    ApiError line_failure(int status) const override {
        return http_error(status, "An internal error has occurred.");
    }

    std::string_view stray_answer() const override {
        return R"({"candidates":[],"modelVersion":"gemini-2.5-flash"})";
    }

    std::optional<FileObject> result_file(const Batch& batch, ResultFile which) const override {
        const bool kept = batch.status == BatchStatus::completed ||
                          (batch.status != BatchStatus::failed && batch.behaviour.partial_results);
        if (which != ResultFile::output || !kept) return std::nullopt;
        FileObject file;
        file.id = result_id(batch);
        file.purpose = batch.own_input ? inline_requests : generated;
        file.mime_type = "application/jsonl";
        file.expires_at = core::unix_seconds(batch.ended_at) + result_lifetime;
        return file;
    }

private:
    static void put_failure(std::string& out, const ResultLine& line) {
        const std::string_view shape = text_of(line.result.rule, "shape", "error");
        if (shape == "empty") return;
        out += line.behaviour.error_as_status ? R"(,"status":)" : R"(,"error":)";
        put_status(out, line.result.error,
                   line.behaviour.http_codes ? CodeForm::http : CodeForm::rpc);
        if (shape == "both") out += R"(,"response":{})";
    }

    static std::string result_id(const Batch& batch) {
        return "files/batch-" + batch.id.substr(batch_prefix.size());
    }
};

}  // namespace

const BatchFormat& batch_format() noexcept {
    static const BatchLines format;
    return format;
}

std::unique_ptr<RequestFormat> make_request_format() {
    return std::make_unique<Requests>();
}

}  // namespace overnight::emulator::gemini
