// The answers' JSON: chat completions, responses, embeddings, moderations.
#include "emulator/embedding.hpp"
#include "emulator/execute.hpp"
#include "emulator/json_text.hpp"
#include "emulator/moderation.hpp"

namespace overnight::emulator {

namespace {

bool is_fault(const Rule* rule, Fault fault) {
    return rule != nullptr && rule->fault() == fault;
}

std::string_view served_model(const Prompt& prompt, const Rule* rule) {
    return is_fault(rule, Fault::other_model) ? rule->text("name", "gpt-other-2026-01-01")
                                              : std::string_view(prompt.model);
}

void put_id(std::string& out, std::string_view prefix, const Sha256& hash, std::size_t digits) {
    std::string hex;
    hash.put_hex(hex);
    out += '"';
    out += prefix;
    out += std::string_view(hex).substr(0, digits);
    out += '"';
}

std::uint64_t tokens_of(std::string_view text) {
    return (text.size() + 3) / 4;
}

std::string_view refusal_text(const Rule& rule) {
    return rule.text("message", "I'm sorry, I can't help with that.");
}

// Token numbers as the usage object shows them, which a rule may falsify.
struct Usage {
    std::int64_t input = 0;
    std::int64_t output = 0;
    bool absent = false;
};

Usage usage_of(const Executed& result, const Rule* rule) {
    Usage usage{static_cast<std::int64_t>(result.input_tokens),
                static_cast<std::int64_t>(result.output_tokens)};
    if (!is_fault(rule, Fault::usage_wrong)) return usage;
    const std::string_view how = rule->text("usage", "absent");
    if (how == "negative") return {-1, -1};
    if (how == "zero") return {0, 0};
    if (how == "huge") return {4'000'000'000'000'000'000, 4'000'000'000'000'000'000};
    usage.absent = true;
    return usage;
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

}  // namespace

void Executor::put_usage(std::string_view in,
                         std::string_view out,
                         const Rule* rule,
                         Executed& result) {
    const Usage usage = usage_of(result, rule);
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

void Executor::put_chat(const Request& request, const Rule* rule, Executed& result) {
    result.output_tokens = tokens_of(text_);
    std::string& out = result.body;
    out += R"({"id":)";
    put_id(out, "chatcmpl-", request.sha256, 29);
    out += R"(,"object":"chat.completion","created":)";
    put_number(out, request.now);
    out += R"(,"model":)";
    put_json(out, served_model(prompt_, rule));
    out += R"(,"choices":[)";
    if (!is_fault(rule, Fault::empty_answer)) {
        out += R"({"index":0,)";
        put_chat_message(
            out,
            is_fault(rule, Fault::response_failed) ? std::string_view() : std::string_view(text_),
            rule);
        out += R"(,"logprobs":null,"finish_reason":)";
        put_json(out, is_fault(rule, Fault::finish) ? rule->text("reason", "length")
                      : cut_                        ? "length"
                                                    : "stop");
        out += '}';
    }
    out += ']';
    put_usage("prompt_tokens", "completion_tokens", rule, result);
    out += R"(,"service_tier":")";
    out += tier_name(request.tier);
    out += R"(","system_fingerprint":"fp_0123456789"})";
}

void Executor::put_response(const Request& request, const Rule* rule, Executed& result) {
    result.output_tokens = tokens_of(text_);
    const bool failed = is_fault(rule, Fault::response_failed);
    const bool filtered =
        is_fault(rule, Fault::finish) && rule->text("reason", "length") == "content_filter";
    const bool incomplete = cut_ || filtered;
    std::string& out = result.body;
    out += R"({"id":)";
    put_id(out, "resp_", request.sha256, 48);
    out += R"(,"object":"response","created_at":)";
    put_number(out, request.now);
    out += R"(,"completed_at":)";
    put_number(out, request.now);
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
    put_json(out, served_model(prompt_, rule));
    out += R"(,"output":[)";
    if (!failed && !is_fault(rule, Fault::empty_answer)) {
        out += R"({"type":"reasoning","id":)";
        put_id(out, "rs_", request.sha256, 48);
        out += R"(,"summary":[]},{"type":"message","id":)";
        put_id(out, "msg_", request.sha256, 48);
        out += incomplete ? R"(,"status":"incomplete","role":"assistant","content":[)"
                          : R"(,"status":"completed","role":"assistant","content":[)";
        if (is_fault(rule, Fault::refusal)) {
            out += R"({"type":"refusal","refusal":)";
            put_json(out, refusal_text(*rule));
            out += '}';
        } else {
            out += R"({"type":"output_text","text":)";
            put_json(out, filtered ? std::string_view() : std::string_view(text_));
            out += R"(,"annotations":[]})";
        }
        out += "]}";
    }
    out += ']';
    put_usage("input_tokens", "output_tokens", rule, result);
    out += R"(,"service_tier":")";
    out += tier_name(request.tier);
    out += R"("})";
}

void Executor::put_embeddings(const Request&, Executed& result) {
    const std::size_t dimensions = prompt_.dimensions != 0
                                       ? static_cast<std::size_t>(prompt_.dimensions)
                                       : default_dimensions(prompt_.model);
    std::string& out = result.body;
    out += R"({"object":"list","data":[)";
    for (std::size_t i = 0; i < prompt_.inputs.size(); ++i) {
        if (i > 0) out += ',';
        out += R"({"object":"embedding","index":)";
        put_number(out, static_cast<std::uint64_t>(i));
        out += R"(,"embedding":)";
        put_vector(out, embed(prompt_.inputs[i], dimensions),
                   prompt_.base64 ? VectorEncoding::base64 : VectorEncoding::numbers);
        out += '}';
    }
    out += R"(],"model":)";
    put_json(out, served_model(prompt_, result.rule));
    put_usage("prompt_tokens", "", result.rule, result);
    out += '}';
}

void Executor::put_moderations(const Request& request, Executed& result) {
    result.input_tokens = 0;  // moderations are free
    std::string& out = result.body;
    out += R"({"id":)";
    put_id(out, "modr-", request.sha256, 29);
    out += R"(,"model":)";
    put_json(out, served_model(prompt_, result.rule));
    out += R"(,"results":[)";
    for (std::size_t i = 0; i < prompt_.inputs.size(); ++i) {
        if (i > 0) out += ',';
        put_moderation(out, prompt_.inputs[i]);
    }
    out += "]}";
}

}  // namespace overnight::emulator
