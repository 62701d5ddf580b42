// The answers' JSON: chat completions, responses, embeddings, moderations.
#include "emulator/embedding.hpp"
#include "emulator/json_text.hpp"
#include "emulator/openai/moderation.hpp"
#include "emulator/openai/requests.hpp"

namespace overnight::emulator::openai {

namespace {

constexpr std::string_view other_model = "gpt-other-2026-01-01";

void put_id(std::string& out, std::string_view prefix, const Sha256& hash, std::size_t digits) {
    std::string hex;
    hash.put_hex(hex);
    out += '"';
    out += prefix;
    out += std::string_view(hex).substr(0, digits);
    out += '"';
}

std::string_view tier_name(Tier tier) {
    return tier == Tier::flex ? "flex" : "default";
}

void put_chat_message(std::string& out, std::string_view text, const Rule* rule) {
    out += R"("message":)";
    ObjectWriter message(out);
    message.text("role", "assistant");
    if (is_fault(rule, Fault::refusal)) {
        message.raw("content", "null").text("refusal", refusal_text(*rule));
    } else if (is_fault(rule, Fault::finish) &&
               rule->text("reason", "length") == "content_filter") {
        message.text("content", "").raw("refusal", "null");
    } else {
        message.text("content", text).raw("refusal", "null");
    }
    message.raw("annotations", "[]").end();
}

void put_usage(std::string_view in, std::string_view out, const Rule* rule, Executed& result) {
    const ShownUsage usage = shown_usage(result, rule);
    if (usage.absent) return;
    std::string& body = result.body;
    body += R"(,"usage":)";
    ObjectWriter object(body);
    object.number(in, usage.input);
    if (!out.empty()) object.number(out, usage.output);
    object.number("total_tokens", usage.input + usage.output);
    if (in == "prompt_tokens" && !out.empty()) {
        object
            .raw("prompt_tokens_details",
                 R"({"cached_tokens":0,"audio_tokens":0,"cache_write_tokens":0})")
            .raw("completion_tokens_details",
                 R"({"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,)"
                 R"("rejected_prediction_tokens":0})");
    } else if (!out.empty()) {
        object.raw("input_tokens_details", R"({"cached_tokens":0,"cache_write_tokens":0})")
            .raw("output_tokens_details", R"({"reasoning_tokens":0})");
    }
    object.end();
}

void put_chat(const Answer& answer, Executed& result) {
    const Rule* const rule = answer.rule;
    result.output_tokens = tokens_of(answer.text);
    std::string& out = result.body;
    out += R"({"id":)";
    put_id(out, "chatcmpl-", answer.request.sha256, 29);
    out += R"(,"object":"chat.completion","created":)";
    put_number(out, answer.request.now);
    out += R"(,"model":)";
    put_json(out, shown_model(answer.prompt, rule, other_model));
    out += R"(,"choices":[)";
    if (!is_fault(rule, Fault::empty_answer)) {
        out += R"({"index":0,)";
        put_chat_message(
            out, is_fault(rule, Fault::response_failed) ? std::string_view() : answer.text, rule);
        out += R"(,"logprobs":null,"finish_reason":)";
        put_json(out, is_fault(rule, Fault::finish) ? rule->text("reason", "length")
                      : answer.cut                  ? "length"
                                                    : "stop");
        out += '}';
    }
    out += ']';
    put_usage("prompt_tokens", "completion_tokens", rule, result);
    out += R"(,"service_tier":")";
    out += tier_name(answer.request.tier);
    out += R"(","system_fingerprint":"fp_0123456789"})";
}

void put_response(const Answer& answer, Executed& result) {
    const Rule* const rule = answer.rule;
    result.output_tokens = tokens_of(answer.text);
    const bool failed = is_fault(rule, Fault::response_failed);
    const bool filtered =
        is_fault(rule, Fault::finish) && rule->text("reason", "length") == "content_filter";
    const bool incomplete = answer.cut || filtered;
    std::string& out = result.body;
    out += R"({"id":)";
    put_id(out, "resp_", answer.request.sha256, 48);
    out += R"(,"object":"response","created_at":)";
    put_number(out, answer.request.now);
    out += R"(,"completed_at":)";
    put_number(out, answer.request.now);
    out += failed       ? R"(,"status":"failed","error":)"
           : incomplete ? R"(,"status":"incomplete","error":)"
                        : R"(,"status":"completed","error":)";
    if (failed) {
        ObjectWriter(out)
            .text("code", rule->text("code", "server_error"))
            .text("message",
                  rule->text("message", "An error occurred while processing your request."))
            .end();
    } else {
        out += "null";
    }
    out += R"(,"incomplete_details":)";
    out += filtered     ? R"({"reason":"content_filter"})"
           : incomplete ? R"({"reason":"max_output_tokens"})"
                        : "null";
    out += R"(,"model":)";
    put_json(out, shown_model(answer.prompt, rule, other_model));
    out += R"(,"output":[)";
    if (!failed && !is_fault(rule, Fault::empty_answer)) {
        out += R"({"type":"reasoning","id":)";
        put_id(out, "rs_", answer.request.sha256, 48);
        out += R"(,"summary":[]},{"type":"message","id":)";
        put_id(out, "msg_", answer.request.sha256, 48);
        out += incomplete ? R"(,"status":"incomplete","role":"assistant","content":[)"
                          : R"(,"status":"completed","role":"assistant","content":[)";
        if (is_fault(rule, Fault::refusal)) {
            out += R"({"type":"refusal","refusal":)";
            put_json(out, refusal_text(*rule));
            out += '}';
        } else {
            out += R"({"type":"output_text","text":)";
            put_json(out, filtered ? std::string_view() : answer.text);
            out += R"(,"annotations":[]})";
        }
        out += "]}";
    }
    out += ']';
    put_usage("input_tokens", "output_tokens", rule, result);
    out += R"(,"service_tier":")";
    out += tier_name(answer.request.tier);
    out += R"("})";
}

void put_embeddings(const Answer& answer, Executed& result) {
    const Prompt& prompt = answer.prompt;
    const std::size_t dimensions = prompt.dimensions != 0
                                       ? static_cast<std::size_t>(prompt.dimensions)
                                       : default_dimensions(prompt.model);
    std::string& out = result.body;
    out += R"({"object":"list","data":[)";
    for (std::size_t i = 0; i < prompt.inputs.size(); ++i) {
        if (i > 0) out += ',';
        out += R"({"object":"embedding","index":)";
        put_number(out, static_cast<std::uint64_t>(i));
        out += R"(,"embedding":)";
        put_vector(out, embed(prompt.inputs[i], dimensions),
                   prompt.base64 ? VectorEncoding::base64 : VectorEncoding::numbers);
        out += '}';
    }
    out += R"(],"model":)";
    put_json(out, shown_model(prompt, answer.rule, other_model));
    put_usage("prompt_tokens", "", answer.rule, result);
    out += '}';
}

void put_moderations(const Answer& answer, Executed& result) {
    const Prompt& prompt = answer.prompt;
    result.input_tokens = 0;  // moderations are free
    std::string& out = result.body;
    out += R"({"id":)";
    put_id(out, "modr-", answer.request.sha256, 29);
    out += R"(,"model":)";
    put_json(out, shown_model(prompt, answer.rule, other_model));
    out += R"(,"results":[)";
    for (std::size_t i = 0; i < prompt.inputs.size(); ++i) {
        if (i > 0) out += ',';
        put_moderation(out, prompt.inputs[i]);
    }
    out += "]}";
}

}  // namespace

void Requests::put_answer(const Answer& answer, Executed& result) {
    switch (answer.request.endpoint) {
    case Endpoint::responses:
        return put_response(answer, result);
    case Endpoint::embeddings:
        return put_embeddings(answer, result);
    case Endpoint::moderations:
        return put_moderations(answer, result);
    default:
        return put_chat(answer, result);
    }
}

}  // namespace overnight::emulator::openai
