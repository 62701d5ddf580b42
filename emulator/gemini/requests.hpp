// Requests and answers of generateContent and embedContent, inside batches and out
// (providers/gemini.md 3, 5, 8).
#pragma once

#include "emulator/request_format.hpp"

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace overnight::emulator::gemini {

constexpr std::uint64_t input_token_limit = 1'048'576;
constexpr std::uint64_t output_token_limit = 65'536;
constexpr std::uint64_t embedding_dimensions = 3'072;

/// What a request asks for that a Prompt does not have.
struct Wishes {
    enum class SchemaForm { json_schema, openapi };

    SchemaForm schema_form = SchemaForm::json_schema;  ///< of Prompt::schema
    bool choice = false;  ///< text/x.enum: the bare text of one of the schema's values
    std::uint64_t thought_tokens = 0;
    bool include_thoughts = false;
};

/// A field that does not exist is reported in other words for a line than for a call.
enum class Origin { call, line };

/// Reuses its buffers. One thread.
class RequestReader {
public:
    /// `body` is one JSON object with simdjson's padding behind it; views in `prompt` point into it
    /// and into this reader until the next call. The model is not read: the URL has it.
    ApiError read_generate(std::string_view body, Origin origin, Prompt& prompt, Wishes& wishes);
    ApiError read_embed(std::string_view body, Origin origin, Prompt& prompt);

private:
    simdjson::ondemand::parser parser_;
};

class Requests final : public RequestFormat {
public:
    ApiError read(const ExecutionRequest& request, Prompt& prompt) override;
    ApiError check(const ExecutionRequest& request, const Prompt& prompt) const override;
    ApiError bad_schema(const std::string& why) const override;
    ApiError failure(const Rule& rule, const Prompt& prompt) const override;
    void put_answer(const Answer& answer, Executed& result) override;

private:
    ApiError convert_schema(Prompt& prompt);

    RequestReader reader_;
    Wishes wishes_;
    std::unordered_map<std::string, std::string> schemas_;  ///< as JSON Schema, by their own text
};

/// "gemini-2.5-flash" of "models/gemini-2.5-flash".
std::string_view bare_model(std::string_view model) noexcept;
bool is_embedding_model(std::string_view model) noexcept;
/// False for the families that only answer live.
bool batchable(std::string_view model) noexcept;
/// NOT_FOUND for a model that does not have the method; status 0: it has.
ApiError check_method(std::string_view model, Endpoint endpoint);

}  // namespace overnight::emulator::gemini
