// POST /v1/batches (providers/openai.md 3.1). Only the request's own parameters give an error here;
// what is wrong with the input shows later.
#include "emulator/openai/routes.hpp"
#include "emulator/openai/wire.hpp"
#include "emulator/spoil.hpp"
#include "emulator/visible_batches.hpp"

#include <boost/json.hpp>

namespace overnight::emulator::openai {

namespace json = boost::json;

namespace {

constexpr std::size_t max_metadata_pairs = 16;
constexpr std::size_t max_metadata_key = 64;
constexpr std::size_t max_metadata_value = 512;
constexpr const char* supported =
    "'/v1/responses', '/v1/chat/completions', '/v1/embeddings', and '/v1/moderations'";

ApiError missing(const char* name) {
    return {400, "Missing required parameter: '" + std::string(name) + "'.",
            "invalid_request_error", name, "missing_required_parameter"};
}

ApiError wrong_type(std::string param, const std::string& wanted) {
    std::string message = "Invalid type for '" + param + "': expected " + wanted + '.';
    return {400, std::move(message), "invalid_request_error", std::move(param), "invalid_type"};
}

ApiError wrong_value(std::string param, const std::string& message) {
    return {400, message, "invalid_request_error", std::move(param), "invalid_value"};
}

ApiError read_text(const json::object& body, const char* name, std::string& text) {
    const auto* const value = body.if_contains(name);
    if (value == nullptr) return missing(name);
    if (!value->is_string()) return wrong_type(name, "a string");
    text = value->get_string();
    return {};
}

ApiError read_metadata(const json::object& body, CreateSpec& spec) {
    const auto* const value = body.if_contains("metadata");
    if (value == nullptr || value->is_null()) return {};
    if (!value->is_object()) return wrong_type("metadata", "an object");
    const json::object& pairs = value->get_object();
    if (pairs.size() > max_metadata_pairs) {
        return wrong_value("metadata",
                           "Invalid 'metadata': too many properties. Expected at most 16.");
    }
    for (const auto& pair : pairs) {
        const std::string name = "metadata." + std::string(pair.key());
        if (pair.key().size() > max_metadata_key)
            return wrong_value("metadata", "Invalid 'metadata': a key is too long.");
        if (!pair.value().is_string()) return wrong_type(name, "a string");
        if (pair.value().get_string().size() > max_metadata_value) {
            return {400, "Invalid '" + name + "': string too long.", "invalid_request_error", name,
                    "string_above_max_length"};
        }
        if (pair.key() == "overnight") spec.tag = pair.value().get_string();
    }
    spec.metadata = json::serialize(pairs);
    return {};
}

ApiError read_output_lifetime(const json::object& body, CreateSpec& spec) {
    const auto* const value = body.if_contains("output_expires_after");
    if (value == nullptr || value->is_null()) return {};
    const ApiError wrong =
        wrong_value("output_expires_after", "Invalid value for 'output_expires_after'.");
    if (!value->is_object()) return wrong;
    const auto* const anchor = value->get_object().if_contains("anchor");
    const auto* const seconds = value->get_object().if_contains("seconds");
    if (anchor == nullptr || *anchor != "created_at" || seconds == nullptr || !seconds->is_int64())
        return wrong;
    spec.output_lifetime = seconds->get_int64();
    return valid_lifetime(spec.output_lifetime) ? ApiError{} : wrong;
}

ApiError read_spec(std::string_view text, CreateSpec& spec) {
    boost::system::error_code error;
    const json::value document = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !document.is_object()) {
        return {400, "We could not parse the JSON body of your request.", "invalid_request_error",
                "", ""};
    }
    const json::object& body = document.get_object();
    if (ApiError wrong = read_text(body, "input_file_id", spec.input_file_id); wrong.status != 0)
        return wrong;
    if (ApiError wrong = read_text(body, "endpoint", spec.endpoint); wrong.status != 0)
        return wrong;
    std::string window;
    if (ApiError wrong = read_text(body, "completion_window", window); wrong.status != 0)
        return wrong;
    if (!endpoint_of(spec.endpoint, Provider::openai)) {
        return wrong_value("endpoint", "Invalid value: '" + spec.endpoint +
                                           "'. Supported values are: " + supported + '.');
    }
    if (window != "24h") {
        return wrong_value("completion_window", "Invalid value for 'completion_window': '" +
                                                    window + "'. Supported values are: '24h'.");
    }
    if (ApiError wrong = read_metadata(body, spec); wrong.status != 0) return wrong;
    return read_output_lifetime(body, spec);
}

}  // namespace

core::Result<Reply> create_batch(World& world, const Call& call) {
    CreateSpec spec;
    if (const ApiError wrong = read_spec(call.body, spec); wrong.status != 0)
        return error_reply(wrong);
    spec.key = call.key_fingerprint;
    const Rule* const file_hidden = call.script->first_world(Fault::file_hidden);
    bool missing_file = call.hit(Fault::file_missing) != nullptr;
    const FilePtr file = world.files->find(spec.input_file_id, world.clock.seconds());
    if (file != nullptr && file->provider == Provider::openai) {
        if (file->purpose != "batch") {
            return invalid_request("Invalid purpose of the input file: expected 'batch'.",
                                   "input_file_id", "invalid_value");
        }
        missing_file = missing_file || (file_hidden != nullptr &&
                                        world.clock.seconds() <
                                            file->created_at + file_hidden->integer("seconds", 5));
    }
    if (missing_file) {
        return invalid_request("Cannot find file " + spec.input_file_id +
                                   ", or project proj_emulated does not have access to it.",
                               "file_id");
    }
    if (too_many_creates(world, call, Provider::openai)) {
        Reply reply = error_reply(
            {429, "Rate limit reached for batch creation.", "requests", "", "rate_limit_exceeded"});
        reply.headers.push_back({"Retry-After", "60"});
        return reply;
    }
    OVERNIGHT_TRY_ASSIGN(const Batch batch, world.batches->create(spec));
    std::string body;
    put_batch(body, batch, world.clock.now());
    if (const Rule* const rule = call.hit(Fault::bad_id))
        spoil_id(body, batch.id, rule->text("as", "missing"), "batch_");
    return json_reply(std::move(body));
}

}  // namespace overnight::emulator::openai
