// A look at every line before anything runs. What is wrong inside a request shows in its result
// line; what is not JSON fails the batch (providers/gemini.md 5).
#include "emulator/gemini/validate.hpp"

#include "emulator/endpoint.hpp"
#include "emulator/gemini/requests.hpp"
#include "emulator/input_line.hpp"

namespace overnight::emulator::gemini {

core::Result<Validation> validate(LineReader& lines, std::string_view endpoint) {
    const bool embeds = endpoint == path_of(Endpoint::embed_content);
    InputLineReader reader({"key", "request"});
    RequestReader requests;
    Prompt prompt;
    Wishes wishes;
    Validation found;
    while (true) {
        OVERNIGHT_TRY_ASSIGN(const auto line, lines.next());
        if (!line) break;
        ++found.lines;
        InputLine parsed;
        if (!reader.is_json(*line) || !reader.read(*line, parsed)) {
            found.errors.push_back({"INVALID_ARGUMENT",
                                    "The input file could not be parsed: expected a JSON object.",
                                    "", static_cast<std::int64_t>(found.lines)});
            return found;
        }
        if (!parsed.has_body) continue;
        const ApiError wrong =
            embeds ? requests.read_embed(parsed.body, Origin::line, prompt)
                   : requests.read_generate(parsed.body, Origin::line, prompt, wishes);
        if (wrong.status == 0) found.tokens += prompt.input_tokens();
    }
    if (found.lines == 0)
        found.errors.push_back({"INVALID_ARGUMENT", "The input file has no requests.", "", 0});
    return found;
}

}  // namespace overnight::emulator::gemini
