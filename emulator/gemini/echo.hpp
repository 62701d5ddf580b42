// What a result line gives back of its input line besides the key (providers/gemini.md 2.4, 5).
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

namespace overnight::emulator::gemini {

/// One thread.
class EchoReader {
public:
    /// Appends `,"name":value` for each member but "key" and "request". Arrays in members other
    /// than an inlined request's metadata come back empty, as the service was seen to do. `line` is
    /// a JSON object with LineReader::padding readable bytes behind it.
    void put_echo(std::string& out, std::string_view line);

private:
    simdjson::ondemand::parser parser_;
};

}  // namespace overnight::emulator::gemini
