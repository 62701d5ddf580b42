#include "jsonl/record_source.hpp"

#include "core/text.hpp"
#include "jsonl/utf8_places.hpp"
#include "jsonl/utf8_repair.hpp"

#include <algorithm>

namespace overnight::jsonl {
namespace {

/// After the first bad place this much of the input is looked through for others.
constexpr std::uint64_t searched_for_places = 256u << 20;

}  // namespace

Result<> RecordSource::begin() {
    while (input_->window().size() < 4 && !input_->at_end())
        OVERNIGHT_TRY(input_->more());
    const std::string_view in = input_->window();
    const bool utf32 = in.starts_with(std::string_view("\xFF\xFE\0\0", 4)) ||
                       in.starts_with(std::string_view("\0\0\xFE\xFF", 4));
    if (utf32 || in.starts_with("\xFF\xFE") || in.starts_with("\xFE\xFF")) {
        const std::string encoding = utf32 ? "UTF-32" : "UTF-16";
        return Error(Errc::invalid_input,
                     input_->name() + " is " + encoding +
                         ", not UTF-8: save it as UTF-8, or convert it: iconv -f " + encoding +
                         " -t UTF-8");
    }
    return input_->skip_byte_order_mark();
}

Result<> RecordSource::check_utf8() {
    const std::string_view in = input_->window();
    const std::uint64_t start = std::max(checked_, input_->offset());
    std::string_view fresh = in.substr(static_cast<std::size_t>(start - input_->offset()));
    if (!input_->at_end()) fresh.remove_suffix(unfinished_utf8(fresh));
    if (fresh.empty()) return {};
    if (!is_utf8(fresh)) return not_utf8();
    checked_ = start + fresh.size();
    return {};
}

Result<> RecordSource::more() {
    if (input_->window().size() > limits_.record_bytes + 2) return too_long("record");
    return input_->more();
}

Error RecordSource::error_at(std::size_t at, std::string what) const {
    const Place place = place_of(input_->window(), at, line_);
    return {Errc::invalid_input, input_->name() + ", line " + std::to_string(place.line) +
                                     ", column " + std::to_string(place.column) + ": " +
                                     std::move(what)};
}

Error RecordSource::too_long(std::string_view thing) const {
    return {Errc::invalid_input, input_->name() + ", line " + std::to_string(line_) + ": the " +
                                     std::string(thing) + " is longer than " +
                                     core::bytes_text(limits_.record_bytes) +
                                     ": shorten it, or check that the file has line ends"};
}

/// Reads on, for the sake of the list; the input is of no other use any more.
Error RecordSource::not_utf8() {
    Utf8Places places(line_);
    const std::uint64_t stop = input_->offset() + searched_for_places;
    for (;;) {
        const bool last = input_->at_end();
        input_->consume(places.feed(input_->window(), last ? MoreText::no : MoreText::maybe));
        if (last || places.full() || input_->offset() > stop || !input_->more()) break;
    }
    return {Errc::invalid_input,
            input_->name() + " is not UTF-8: " + places.text() +
                ". Convert it first, for example: iconv -f WINDOWS-1252 -t UTF-8"};
}

}  // namespace overnight::jsonl
