// The state directory's journal.
#include "emulator/journal.hpp"

#include <algorithm>

namespace overnight::emulator {

namespace {

const boost::json::value* id_of(const boost::json::value& record) {
    const auto* const object = record.if_object();
    return object == nullptr ? nullptr : object->if_contains("id");
}

void replace_or_add(std::vector<boost::json::value>& records, boost::json::value record) {
    const auto* const id = id_of(record);
    if (id == nullptr) return;
    const auto known = std::find_if(records.begin(), records.end(),
                                    [&](const auto& one) { return *id_of(one) == *id; });
    if (known == records.end()) {
        records.push_back(std::move(record));
    } else {
        *known = std::move(record);
    }
}

void apply(boost::json::object& line, Journal::Contents& contents) {
    for (auto& member : line) {
        if (member.key() == "file") {
            replace_or_add(contents.files, std::move(member.value()));
        } else if (member.key() == "batch") {
            replace_or_add(contents.batches, std::move(member.value()));
        } else if (member.key() == "file_gone") {
            const auto& gone = member.value();
            std::erase_if(contents.files, [&](const auto& one) { return *id_of(one) == gone; });
        } else if (member.key() == "batch_gone") {
            const auto& gone = member.value();
            std::erase_if(contents.batches, [&](const auto& one) { return *id_of(one) == gone; });
        } else if (member.key() == "time" && member.value().is_int64()) {
            contents.time = std::max(contents.time, member.value().get_int64());
        }
    }
}

}  // namespace

core::Result<std::unique_ptr<Journal>> Journal::open(const std::filesystem::path& path,
                                                     Contents& contents) {
    if (std::filesystem::exists(path)) {
        OVERNIGHT_TRY_ASSIGN(Descriptor old, open_for_reading(path));
        LineReader lines(std::move(old));
        while (true) {
            OVERNIGHT_TRY_ASSIGN(const auto line, lines.next());
            if (!line) break;
            boost::system::error_code error;
            auto value =
                boost::json::parse(boost::json::string_view(line->data(), line->size()), error);
            if (!error && value.is_object()) apply(value.get_object(), contents);
        }
    }
    OVERNIGHT_TRY_ASSIGN(Descriptor file, open_for_appending(path));
    // A record that a killed process left half written must not swallow the next.
    OVERNIGHT_TRY(write_all(file, "\n"));
    return std::unique_ptr<Journal>(new Journal(std::move(file)));
}

core::Result<> Journal::put(std::string_view kind, std::string_view json) {
    std::string line = "{\"" + std::string(kind) + "\":" + std::string(json);
    if (clock_ != nullptr)
        line += ",\"time\":" + std::to_string(clock_->now().time_since_epoch().count());
    line += "}\n";
    const std::lock_guard lock(mutex_);
    return write_all(file_, line);
}

}  // namespace overnight::emulator
