// GET /v1/batches/{id}/results: pages of what the batch's run has written (providers/others.md 1).
// They are empty until the batch has ended.
#include "emulator/input_line.hpp"
#include "emulator/json_text.hpp"
#include "emulator/visible_batches.hpp"
#include "emulator/xai/dialect.hpp"
#include "emulator/xai/routes.hpp"

#include <charconv>

namespace overnight::emulator::xai {

namespace {

// A page may have fewer elements than were asked for.
constexpr std::size_t max_page_bytes = 8u << 20;

constexpr std::string_view no_results = R"({"results":[],"pagination_token":null})";

// Where a page begins: the token is an offset in hexadecimal; nothing when it is malformed.
std::optional<std::uint64_t> offset_in(const Call& call, const FileObject& file) {
    const auto token = call.parameter("pagination_token");
    if (!token || token->empty()) return 0;
    std::uint64_t offset = 0;
    const auto [end, error] =
        std::from_chars(token->data(), token->data() + token->size(), offset, 16);
    if (error != std::errc{} || end != token->data() + token->size() || offset >= file.bytes)
        return std::nullopt;
    return offset;
}

core::Result<std::string> page_of(const FileObject& file, std::uint64_t offset, std::size_t limit) {
    OVERNIGHT_TRY_ASSIGN(Descriptor from, open_for_reading(file.path, offset));
    LineReader lines(std::move(from));
    InputLineReader reader;
    std::string page = R"({"results":[)";
    for (std::size_t n = 0; n < limit && page.size() < max_page_bytes; ++n) {
        OVERNIGHT_TRY_ASSIGN(const auto line, lines.next());
        if (!line) break;
        offset += line->size() + 1;
        if (n > 0) page += ',';
        // A line that a rule cut becomes an element that is no object: the page can be read.
        if (reader.is_json(*line)) {
            page += *line;
        } else {
            put_json(page, *line);
        }
    }
    page += R"(],"pagination_token":)";
    if (offset >= file.bytes) {
        page += "null}";
        return page;
    }
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, offset, 16).ptr;
    put_json(page, std::string_view(digits, static_cast<std::size_t>(end - digits)));
    return page += '}';
}

// Another batch that has results, for the fault that mixes them up.
std::optional<Batch> other_batch(World& world, const Batch& asked) {
    for (Batch& batch : world.batches->list(Provider::xai)) {
        if (batch.id != asked.id && !batch.output_file_id.empty()) return std::move(batch);
    }
    return std::nullopt;
}

}  // namespace

core::Result<Reply> get_results(World& world, const Call& call) {
    auto batch = find_batch(world, call, Provider::xai);
    if (!batch) return no_such_batch(call);
    const auto limit = page_limit(call);
    if (!limit) return refuse(call, invalid("Invalid limit."));
    const bool late = world.clock.now() < batch->ended_at + batch->behaviour.files_late;
    if (is_terminal(batch->status) && late)
        return refuse(call, {404, "The results are not available yet."});
    if (call.hit(Fault::swap_results) != nullptr) {
        if (auto other = other_batch(world, *batch)) batch = std::move(other);
    }
    if (batch->output_file_id.empty()) return json_reply(std::string(no_results));
    const FilePtr file = world.files->find(batch->output_file_id, world.clock.seconds());
    if (file == nullptr) return refuse(call, {404, "The results are no longer available."});
    const auto offset = offset_in(call, *file);
    if (!offset) return refuse(call, invalid("Invalid pagination_token."));
    OVERNIGHT_TRY_ASSIGN(std::string page, page_of(*file, *offset, *limit));
    return json_reply(std::move(page));
}

}  // namespace overnight::emulator::xai
