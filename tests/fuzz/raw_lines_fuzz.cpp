// Any bytes as a line of a user's batch file: what is accepted can be sent, and reads the same when
// it is read again.
#include "tests/fuzz/choices.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace overnight;
    fuzz::Choices choices(data, size);
    const auto& adapter = choices.adapter();
    std::string text(choices.rest());
    std::replace(text.begin(), text.end(), '\n', ' ');  // the splitter gives single lines
    auto raw = adapter.read_raw_line(text);
    if (!raw) return 0;
    std::string sent;
    adapter.append_raw_line(sent, "abc_0_1", raw->endpoint, raw->body);
    if (std::count(sent.begin(), sent.end(), '\n') != 1 || sent.back() != '\n') std::abort();
    sent.pop_back();
    const auto again = adapter.read_raw_line(sent);
    if (!again || again->body != raw->body || again->custom_id != "abc_0_1" ||
        again->model != raw->model || again->endpoint != raw->endpoint)
        std::abort();
    // Under the user's own id, which may be longer than any that comes back.
    if (raw->custom_id.size() > 40) raw->custom_id.resize(40);
    std::string failed;
    adapter.append_raw_failure(failed, raw->custom_id, "code", raw->custom_id);
    providers::LineResult result;
    if (failed.find('\n') != std::string::npos) std::abort();
    if (!adapter.line_parser(raw->endpoint)->parse(failed, result) ||
        result.custom_id != raw->custom_id)
        std::abort();
    (void)adapter.ordinary_call(sent, raw->endpoint, raw->model);
    return 0;
}
