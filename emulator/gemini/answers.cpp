// What the executor made becomes a response, with what a line rule makes of it.
#include "emulator/gemini/generated.hpp"
#include "emulator/gemini/requests.hpp"
#include "emulator/json_text.hpp"
#include "emulator/words.hpp"

#include <boost/json.hpp>

namespace overnight::emulator::gemini {

namespace {

constexpr std::string_view other_model = "gemini-other-001";

// What other dialects call a reason, or one of this dialect's own names.
std::string finish_name(std::string_view reason) {
    if (reason == "length") return "MAX_TOKENS";
    if (reason == "content_filter") return "SAFETY";
    return std::string(reason);
}

// text/x.enum answers with the value itself, not with its JSON.
std::string bare_text(std::string_view answer) {
    boost::system::error_code error;
    const auto value =
        boost::json::parse(boost::json::string_view(answer.data(), answer.size()), error);
    return !error && value.is_string() ? std::string(value.get_string()) : std::string(answer);
}

// The usage as it is shown.
Usage usage_of(const Executed& result, std::uint64_t thoughts, const Rule* rule) {
    const ShownUsage shown = shown_usage(result, rule);
    Usage usage;
    usage.absent = shown.absent;
    usage.prompt = shown.input;
    const bool honest = !is_fault(rule, Fault::usage_wrong);
    usage.thoughts = honest ? static_cast<std::int64_t>(thoughts) : 0;
    usage.candidates = shown.output - usage.thoughts;
    return usage;
}

void put_embed_answer(const Answer& answer, Executed& result) {
    const Prompt& prompt = answer.prompt;
    const auto dimensions =
        static_cast<std::size_t>(prompt.dimensions != 0 ? prompt.dimensions : embedding_dimensions);
    ObjectWriter object(result.body);
    const ShownUsage usage = shown_usage(result, answer.rule);
    // The number of tokens is a part of batches' answers only.
    if (answer.request.batch != 0 && !usage.absent)
        object.text("tokenCount", std::to_string(usage.input));
    if (!is_fault(answer.rule, Fault::empty_answer))
        put_embedding(object.key("embedding"), prompt.inputs.front(), dimensions);
    object.end();
}

}  // namespace

void Requests::put_answer(const Answer& answer, Executed& result) {
    if (answer.request.endpoint == Endpoint::embed_content) {
        put_embed_answer(answer, result);
        return;
    }
    const Rule* const rule = answer.rule;
    Generated response;
    response.model = shown_model(answer.prompt, rule, other_model);
    std::uint64_t thoughts = wishes_.thought_tokens;
    std::string text(wishes_.choice ? bare_text(answer.text) : std::string(answer.text));
    std::string finish = answer.cut ? "MAX_TOKENS" : "STOP";
    if (is_fault(rule, Fault::blocked)) {
        response.block_reason = rule->text("reason", "SAFETY");
        text.clear();
        thoughts = 0;
    } else if (is_fault(rule, Fault::refusal)) {
        text = refusal_text(*rule);
    } else if (is_fault(rule, Fault::response_failed)) {
        finish = "OTHER";
        text.clear();
    } else if (is_fault(rule, Fault::empty_answer)) {
        text.clear();
        if (rule->text("as", "no_parts") == "no_candidates")
            response.shape = Generated::Shape::no_candidates;
    } else if (is_fault(rule, Fault::finish)) {
        finish = finish_name(rule->text("reason", "length"));
        if (finish != "MAX_TOKENS" && finish != "STOP") text.clear();
    }
    if (text.empty() && response.shape == Generated::Shape::full)
        response.shape = Generated::Shape::no_parts;
    std::string thinking;
    if (wishes_.include_thoughts && thoughts > 0) {
        Random random(hash_text(answer.prompt.user_text, 1));
        thinking = sentence(answer.prompt.user_text, random, 4, 9);
    }
    response.text = text;
    response.thoughts = thinking;
    response.finish_reason = finish;
    result.output_tokens = tokens_of(text) + thoughts;
    response.usage = usage_of(result, thoughts, rule);
    put_generated(result.body, response, answer.request.sha256);
}

}  // namespace overnight::emulator::gemini
