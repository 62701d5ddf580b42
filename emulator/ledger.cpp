// The ledger file.
#include "emulator/ledger.hpp"

#include <boost/json.hpp>

namespace overnight::emulator {

core::Result<std::unique_ptr<Ledger>> Ledger::open(const std::filesystem::path& path,
                                                   const VirtualClock& clock) {
    auto file = open_for_appending(path);
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

core::Result<std::unordered_set<std::string>> Ledger::billed_before(std::string_view batch) const {
    std::unordered_set<std::string> ids;
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
        if (event == nullptr || id == nullptr || of == nullptr) continue;
        if (*event == "billed" && of->is_string() && std::string_view(of->get_string()) == batch &&
            id->is_string()) {
            ids.emplace(id->get_string());
        }
    }
    return ids;
}

}  // namespace overnight::emulator
