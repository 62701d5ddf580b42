// The body of a create.
#include "emulator/mistral/create_body.hpp"

#include "emulator/mistral/replies.hpp"

#include <boost/json.hpp>

namespace overnight::emulator::mistral {

namespace json = boost::json;

namespace {

constexpr std::int64_t max_timeout_hours = 168;

// Null when it is absent or null, which is the same to the service.
const json::value* member(const json::object& body, const char* name) {
    const auto* const value = body.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

ApiError wrong_type(const char* name, const char* what) {
    return unprocessable(name, "Input should be a valid " + std::string(what),
                         std::string(what) + "_type");
}

ApiError read_text(const json::object& body, const char* name, std::string& text) {
    const auto* const value = member(body, name);
    if (value == nullptr) return unprocessable(name, "Field required", "missing");
    if (!value->is_string()) return wrong_type(name, "string");
    text = value->get_string();
    return {};
}

ApiError read_metadata(const json::object& body, CreateSpec& spec) {
    const auto* const value = member(body, "metadata");
    if (value == nullptr) return {};
    if (!value->is_object()) return wrong_type("metadata", "dict");
    for (const auto& pair : value->get_object()) {
        if (!pair.value().is_string()) return wrong_type("metadata", "string");
        if (pair.key() == "overnight") spec.tag = pair.value().get_string();
    }
    spec.metadata = json::serialize(*value);
    return {};
}

ApiError read_timeout(const json::object& body) {
    const auto* const value = member(body, "timeout_hours");
    if (value == nullptr) return {};
    if (!value->is_int64()) return wrong_type("timeout_hours", "int");
    const std::int64_t hours = value->get_int64();
    if (hours >= 1 && hours <= max_timeout_hours) return {};
    return unprocessable("timeout_hours", "Input should be from 1 to 168");
}

ApiError read_files(const json::value& value, std::vector<std::string>& files) {
    if (!value.is_array()) return wrong_type("input_files", "list");
    for (const json::value& one : value.get_array()) {
        if (!one.is_string()) return wrong_type("input_files", "uuid");
        files.emplace_back(one.get_string());
    }
    if (files.empty()) return unprocessable("input_files", "List should have at least 1 item");
    return {};
}

ApiError read_requests(const json::value& value, std::string& lines) {
    if (!value.is_array()) return wrong_type("requests", "list");
    for (const json::value& one : value.get_array()) {
        if (!one.is_object()) return wrong_type("requests", "dict");
        const auto* const body = member(one.get_object(), "body");
        if (body == nullptr || !body->is_object())
            return unprocessable("requests", "Field required: body", "missing");
        lines += json::serialize(one) + '\n';
    }
    if (lines.empty()) return unprocessable("requests", "List should have at least 1 item");
    return {};
}

ApiError read_input(const json::object& body, CreateBody& create) {
    const auto* const files = member(body, "input_files");
    const auto* const requests = member(body, "requests");
    if ((files == nullptr) == (requests == nullptr)) {
        return unprocessable("input_files",
                             "Exactly one of input_files and requests must be given");
    }
    return files != nullptr ? read_files(*files, create.files)
                            : read_requests(*requests, create.lines);
}

}  // namespace

ApiError read_create_body(std::string_view text, CreateBody& create) {
    boost::system::error_code error;
    const json::value document = json::parse(json::string_view(text.data(), text.size()), error);
    if (error) return unprocessable("", "JSON decode error", "json_invalid");
    if (!document.is_object()) return unprocessable("", "Input should be an object", "model_type");
    const json::object& body = document.get_object();
    CreateSpec& spec = create.spec;
    if (ApiError wrong = read_text(body, "endpoint", spec.endpoint); wrong.status != 0)
        return wrong;
    const auto endpoint = endpoint_of(spec.endpoint, Provider::openai);
    if (!endpoint || *endpoint == Endpoint::responses) {
        return unprocessable("endpoint",
                             "Input should be '/v1/chat/completions', '/v1/embeddings' or "
                             "'/v1/moderations'",
                             "enum");
    }
    if (ApiError wrong = read_text(body, "model", spec.model); wrong.status != 0) return wrong;
    if (ApiError wrong = read_metadata(body, spec); wrong.status != 0) return wrong;
    if (ApiError wrong = read_timeout(body); wrong.status != 0) return wrong;
    return read_input(body, create);
}

}  // namespace overnight::emulator::mistral
