// One line of a batch's input file (providers/openai.md 4.1; gemini.md 5; anthropic.md 2).
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

namespace overnight::emulator {

/// What a dialect calls the parts of a line.
struct LineNames {
    std::string_view id = "custom_id";
    std::string_view body = "body";
};

/// Views point into the line and the parser: valid until the next line is read.
struct InputLine {
    std::string_view custom_id;
    std::string_view method;
    std::string_view url;
    std::string_view body;  ///< the object's bytes as they stand in the line
    bool has_custom_id = false;
    bool has_method = false;
    bool has_url = false;
    bool has_body = false;
    bool has_more = false;  ///< members with other names
};

/// One thread. Lines need LineReader::padding readable bytes behind them.
class InputLineReader {
public:
    explicit InputLineReader(LineNames names = {}) : names_(names) {}
    /// False when the line is not a JSON object. Does not look into the body.
    bool read(std::string_view line, InputLine& parsed);
    /// True when the whole line is valid JSON, to its last byte.
    bool is_json(std::string_view line);

private:
    LineNames names_;
    simdjson::ondemand::parser fields_;
    simdjson::dom::parser whole_;
};

}  // namespace overnight::emulator
