// The ledger file.
#include "emulator/ledger.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace overnight::emulator {

namespace {

// The file's size without its last line, when that has no end.
core::Result<std::uint64_t> whole_lines(const Descriptor& file, std::uint64_t size) {
    std::string block(64 * 1024, '\0');
    while (size > 0) {
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(size, block.size()));
        OVERNIGHT_TRY_ASSIGN(const std::size_t have, read_at(file, block.data(), n, size - n));
        const std::size_t end = std::string_view(block).substr(0, have).rfind('\n');
        if (end != std::string_view::npos) return size - n + end + 1;
        size -= n;
    }
    return size;
}

core::Result<> cut_unfinished_line(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return {};
    const std::uint64_t size = std::filesystem::file_size(path, error);
    OVERNIGHT_TRY_ASSIGN(const Descriptor file, open_for_reading(path));
    OVERNIGHT_TRY_ASSIGN(const std::uint64_t whole, whole_lines(file, size));
    if (whole < size) std::filesystem::resize_file(path, whole, error);
    if (error) return core::Error(core::Errc::configuration, error.message());
    return {};
}

std::uint64_t key_of(std::string_view custom_id, std::string_view request_sha256) {
    return hash_text(custom_id, hash_text(request_sha256));
}

}  // namespace

void BilledBefore::add(std::string_view custom_id, std::string_view request_sha256) {
    ++left_[key_of(custom_id, request_sha256)];
}

bool BilledBefore::take(std::string_view custom_id, const Sha256& request) {
    if (left_.empty()) return false;
    const auto found = left_.find(key_of(custom_id, request.hex()));
    if (found == left_.end()) return false;
    if (--found->second == 0) left_.erase(found);
    return true;
}

core::Result<std::unique_ptr<Ledger>> Ledger::open(const std::filesystem::path& path,
                                                   const VirtualClock& clock) {
    const auto cut = cut_unfinished_line(path);
    auto file = cut ? open_for_appending(path) : core::Result<Descriptor>(cut.error());
    if (!file) {
        return core::Error(core::Errc::configuration, file.error().message())
            .while_("opening the ledger");
    }
    return std::unique_ptr<Ledger>(new Ledger(path, std::move(*file), clock));
}

core::Result<> Ledger::append(std::string_view lines) {
    if (lines.empty()) return {};
    const std::lock_guard lock(mutex_);
    return write_all(file_, lines);
}

void Ledger::put_billed(std::string& lines, const BilledLine& billed) const {
    ObjectWriter object(lines);
    object.text("event", "billed")
        .seconds("time", now_milliseconds())
        .text_or_null("batch", billed.batch)
        .text_or_null("custom_id", billed.custom_id);
    std::string& out = object.key("request_sha256");
    out += '"';
    billed.request.put_hex(out);
    out += '"';
    object.number("input_tokens", static_cast<std::int64_t>(billed.input_tokens))
        .number("output_tokens", static_cast<std::int64_t>(billed.output_tokens))
        .text("tier", billed.tier)
        .end();
    lines += '\n';
}

core::Result<BilledBefore> Ledger::billed_before(std::string_view batch) const {
    BilledBefore before;
    OVERNIGHT_TRY_ASSIGN(Descriptor file, open_for_reading(path_));
    LineReader lines(std::move(file));
    std::string quoted;
    put_json(quoted, batch);
    while (true) {
        OVERNIGHT_TRY_ASSIGN(const auto line, lines.next());
        if (!line) break;
        if (line->find(quoted) == std::string_view::npos) continue;
        boost::system::error_code error;
        const auto value =
            boost::json::parse(boost::json::string_view(line->data(), line->size()), error);
        const auto* const object = error ? nullptr : value.if_object();
        if (object == nullptr) continue;  // the last line of a life that was cut off
        const auto* const event = object->if_contains("event");
        const auto* const id = object->if_contains("custom_id");
        const auto* const of = object->if_contains("batch");
        const auto* const request = object->if_contains("request_sha256");
        if (event == nullptr || id == nullptr || of == nullptr || request == nullptr) continue;
        if (*event != "billed" || !of->is_string() || std::string_view(of->get_string()) != batch ||
            !request->is_string())
            continue;
        // A line without a key has null here.
        before.add(id->is_string() ? std::string_view(id->get_string()) : std::string_view(),
                   std::string_view(request->get_string()));
    }
    return before;
}

}  // namespace overnight::emulator
