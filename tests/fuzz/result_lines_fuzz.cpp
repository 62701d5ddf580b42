// Any bytes as a result line; and any reply to an ordinary call, which must become one line that
// the same parser reads under the same custom_id.
#include "tests/fuzz/choices.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace overnight;
    fuzz::Choices choices(data, size);
    const auto& adapter = choices.adapter();
    const auto endpoint = choices.endpoint(adapter);
    const auto parser = adapter.line_parser(endpoint);
    providers::LineResult result;
    (void)parser->parse(choices.rest(), result);

    model::HttpResponse reply;
    reply.status = choices.below(2) == 0 ? 200 : 400;
    reply.body = std::string(choices.rest());
    std::string line;
    adapter.append_reply_line(line, "abc_0_1", reply);
    if (line.empty()) return 0;
    if (std::count(line.begin(), line.end(), '\n') != 1 || line.back() != '\n') std::abort();
    line.pop_back();
    if (!parser->parse(line, result) || result.custom_id != "abc_0_1") std::abort();
    return 0;
}
