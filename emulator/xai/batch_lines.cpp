// Batches and their results (providers/others.md 1). The input has OpenAI's lines, each with the
// endpoint it is for; the results have a shape of their own, errors with the numbers of gRPC.
#include "emulator/openai/batch_lines.hpp"

#include "emulator/json_text.hpp"
#include "emulator/xai/dialect.hpp"
#include "emulator/xai/wire.hpp"

namespace overnight::emulator::xai {

namespace {

constexpr std::uint64_t max_requests = 1'000'000;

// google.rpc.Code for an HTTP status.
std::int64_t grpc_code(int status) {
    switch (status) {
    case 0:
        return 2;  // UNKNOWN
    case 400:
    case 413:
    case 422:
        return 3;  // INVALID_ARGUMENT
    case 401:
        return 16;  // UNAUTHENTICATED
    case 403:
        return 7;  // PERMISSION_DENIED
    case 404:
        return 5;  // NOT_FOUND
    case 429:
        return 8;  // RESOURCE_EXHAUSTED
    case 503:
        return 14;  // UNAVAILABLE
    case 504:
        return 4;  // DEADLINE_EXCEEDED
    default:
        return status < 500 ? 9 : 13;  // FAILED_PRECONDITION, INTERNAL
    }
}

void put_rpc_error(std::string& out, std::int64_t code, std::string_view message) {
    out += R"({"error":)";
    ObjectWriter(out).number("code", code).text("message", message).end();
    out += '}';
}

// An answer of /v1/responses begins with an id of its kind.
std::string_view name_of(std::string_view body) {
    return body.starts_with(R"({"id":"resp_)") ? "responses" : "chat_get_completion";
}

class BatchLines final : public openai::BatchLines {
public:
    std::string new_id() const override { return new_uuid(id_prefix); }

    void make_foreign(Batch& batch) const override {
        openai::BatchLines::make_foreign(batch);
        batch.metadata = "null";
        batch.tag = "somebody else's";
        batch.model = "grok-4";
        batch.output_file_id.clear();
    }

    std::optional<Endpoint> endpoint_of_line(const InputLine& line) const override {
        return endpoint_of(line.url, Provider::openai);
    }

    // The shapes of a failure (`shape` of the rule): the error in the result, a text beside it,
    // both, or neither.
    void put_result(std::string& out, const ResultLine& line) const override {
        ObjectWriter object(out);
        object.text("batch_request_id", line.source.custom_id);
        std::string& result = object.key("batch_result");
        if (!line.body.empty()) {
            result += R"({"response":{")";
            result += name_of(line.body);
            result += "\":";
            result += line.body;
            result += "}}";
            object.end();
            out += '\n';
            return;
        }
        const Rule* const rule = line.result.rule;
        const ApiError& error = line.result.error;
        const std::string_view shape =
            rule == nullptr ? "response" : rule->text("shape", "response");
        if (shape == "response" || shape == "both") {
            put_rpc_error(result, grpc_code(error.status), error.message);
        } else {
            result += "null";
        }
        if (shape == "error" || shape == "both") object.text("error_message", error.message);
        object.end();
        out += '\n';
    }

    ResultFile file_of(const Executed&) const override { return ResultFile::output; }

    void put_unrun(std::string& out, const UnrunLine& line) const override {
        ObjectWriter object(out);
        object.text("batch_request_id", line.custom_id);
        std::string& result = object.key("batch_result");
        switch (line.why) {
        case UnrunLine::Why::expired:
            put_rpc_error(result, grpc_code(504), "The batch expired before the request ran.");
            break;
        case UnrunLine::Why::cancelled:
            put_rpc_error(result, 1, "The batch was cancelled.");
            break;
        case UnrunLine::Why::overloaded:
            put_rpc_error(result, grpc_code(503), "The service is overloaded.");
            break;
        }
        object.end();
        out += '\n';
    }

    ResultFile unrun_file() const override { return ResultFile::output; }

    // There is no output file: what is known here is the source of the pages.
    std::optional<FileObject> result_file(const Batch& batch, ResultFile which) const override {
        auto file = openai::BatchLines::result_file(batch, which);
        file->purpose = inline_requests;
        return file;
    }

protected:
    openai::LineRules rules(const Batch&) const override {
        openai::LineRules rules;
        rules.mix = openai::LineRules::Mix::allowed;
        rules.max_lines = max_requests;
        return rules;
    }
};

}  // namespace

const BatchFormat& batch_format() noexcept {
    static const BatchLines format;
    return format;
}

}  // namespace overnight::emulator::xai
