#include "reconciler/raw_answer.hpp"

#include "core/bytes.hpp"
#include "jsonl/json_text.hpp"

namespace overnight::reconciler {

void make_raw_answer(std::string_view line, std::string_view our_custom_id, std::string& payload) {
    // Our ids are of [a-z0-9_] with 128 random bits in them: they stand once, unescaped, within
    // their quotes.
    const std::size_t at = line.find(our_custom_id);
    payload.clear();
    if (at == std::string_view::npos || at == 0) {
        core::put_u32(payload, 0);
        payload.append(line);
        return;
    }
    core::put_u32(payload, static_cast<std::uint32_t>(at - 1));
    payload.append(line.substr(0, at - 1));
    payload.append(line.substr(at + our_custom_id.size() + 1));
}

core::Result<> append_raw_answer(std::string& out,
                                 std::string_view payload,
                                 std::string_view custom_id) {
    core::Reader in(payload);
    const std::uint32_t at = in.u32();
    if (!in.ok() || at > in.left())
        return core::Error(core::Errc::corrupt, "a stored answer is damaged");
    const std::string_view line = payload.substr(4);
    out.append(line.substr(0, at));
    if (at > 0) jsonl::append_json_string(out, custom_id);
    out.append(line.substr(at));
    return {};
}

}  // namespace overnight::reconciler
