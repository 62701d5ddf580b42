// Answers as JSON.
#include "emulator/gemini/generated.hpp"

#include "emulator/embedding.hpp"
#include "emulator/json_text.hpp"

namespace overnight::emulator::gemini {

namespace {

constexpr std::size_t response_id_characters = 22;

void put_part(std::string& out, std::string_view text) {
    ObjectWriter(out).text("text", text).end();
}

void put_content(std::string& out, const Generated& answer) {
    ObjectWriter content(out);
    if (answer.shape == Generated::Shape::full) {
        std::string& parts = content.key("parts");
        parts += '[';
        if (!answer.thoughts.empty()) {
            ObjectWriter(parts).text("text", answer.thoughts).raw("thought", "true").end();
            parts += ',';
        }
        put_part(parts, answer.text);
        parts += ']';
    }
    content.text("role", "model").end();
}

void put_candidates(std::string& out, const Generated& answer) {
    out += '[';
    ObjectWriter candidate(out);
    put_content(candidate.key("content"), answer);
    candidate.text("finishReason", answer.finish_reason).number("index", 0).end();
    out += ']';
}

void put_usage(std::string& out, const Usage& usage) {
    ObjectWriter object(out);
    object.number("promptTokenCount", usage.prompt);
    if (usage.cached != 0) object.number("cachedContentTokenCount", usage.cached);
    if (usage.candidates != 0) object.number("candidatesTokenCount", usage.candidates);
    object.number("totalTokenCount", usage.prompt + usage.candidates + usage.thoughts);
    ObjectWriter details(object.key("promptTokensDetails") += '[');
    details.text("modality", "TEXT").number("tokenCount", usage.prompt).end();
    out += ']';
    if (usage.thoughts != 0) object.number("thoughtsTokenCount", usage.thoughts);
    // The same for batch traffic: nothing in an answer tells the two apart.
    object.text("serviceTier", "SERVICE_TIER_STANDARD").end();
}

}  // namespace

void put_generated(std::string& out, const Generated& response, const Sha256& id) {
    ObjectWriter object(out);
    if (!response.block_reason.empty()) {
        ObjectWriter(object.key("promptFeedback")).text("blockReason", response.block_reason).end();
    } else if (response.shape != Generated::Shape::no_candidates) {
        put_candidates(object.key("candidates"), response);
    }
    if (!response.usage.absent) put_usage(object.key("usageMetadata"), response.usage);
    object.text("modelVersion", response.model)
        .text("responseId", id.hex().substr(0, response_id_characters))
        .end();
}

void put_embedding(std::string& out, std::string_view text, std::size_t dimensions) {
    ObjectWriter embedding(out);
    put_vector(embedding.key("values"), embed(text, dimensions), VectorEncoding::numbers);
    embedding.end();
}

}  // namespace overnight::emulator::gemini
