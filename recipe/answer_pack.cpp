// AnswerShape::split_pack: a request's answer, row by row.
#include "recipe/answer_impl.hpp"
#include "recipe/answer_text.hpp"

#include <charconv>
#include <utility>

namespace overnight::recipe {
namespace {

using core::Errc;
using core::Error;
using core::Result;

/// Goes through the members of one JSON object without looking into their values. It takes only
/// whole members, each with the comma or brace behind it, so of an answer that was cut off it gives
/// what was complete.
class MemberScan {
public:
    enum class Step { member, end, cut_off, malformed };

    explicit MemberScan(std::string_view text) : text_(text) {}

    bool begin() { return take('{'); }

    Step next() {
        if (ended_) return Step::end;
        skip_blanks();
        if (first_ && take('}')) return finish();
        if (done()) return Step::cut_off;
        const std::size_t key_begin = at_;
        if (text_[at_] != '"') return Step::malformed;
        if (!skip_string()) return Step::cut_off;
        key_ = text_.substr(key_begin + 1, at_ - key_begin - 2);
        skip_blanks();
        if (done()) return Step::cut_off;
        if (!take(':')) return Step::malformed;
        skip_blanks();
        const std::size_t value_begin = at_;
        if (!skip_value()) return Step::cut_off;
        value_ = text_.substr(value_begin, at_ - value_begin);
        skip_blanks();
        if (done()) return Step::cut_off;
        first_ = false;
        if (take(',')) return Step::member;
        if (!take('}')) return Step::malformed;
        ended_ = true;
        skip_blanks();
        return done() ? Step::member : Step::malformed;
    }

    std::string_view key() const noexcept { return key_; }      ///< still escaped
    std::string_view value() const noexcept { return value_; }  ///< its JSON text

private:
    bool done() const noexcept { return at_ >= text_.size(); }
    Step finish() {
        ended_ = true;
        skip_blanks();
        return done() ? Step::end : Step::malformed;
    }
    void skip_blanks() {
        while (!done() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' ||
                           text_[at_] == '\t'))
            ++at_;
    }
    bool take(char c) {
        if (done() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    bool skip_string() {
        for (++at_; !done(); ++at_) {
            if (text_[at_] == '\\') {
                ++at_;
            } else if (text_[at_] == '"') {
                ++at_;
                return true;
            }
        }
        return false;
    }
    /// To the end of a string, of a balanced object or list, or of a literal. False at the end of
    /// the text.
    bool skip_value() {
        std::size_t open = 0;
        while (!done()) {
            const char c = text_[at_];
            if (c == '"') {
                if (!skip_string()) return false;
            } else if (c == '{' || c == '[') {
                ++open;
                ++at_;
            } else if (open > 0 && (c == '}' || c == ']')) {
                --open;
                ++at_;
            } else if (open == 0) {
                at_ = std::min(text_.find_first_of(",}] \n\r\t", at_), text_.size());
            } else {
                ++at_;
                continue;
            }
            if (open == 0) return true;
        }
        return false;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool first_ = true;
    bool ended_ = false;
    std::string_view key_;
    std::string_view value_;
};

/// The place, from 0, of "r1".."rK"; `rows` for every other name.
std::uint32_t place_of(std::string_view key, std::uint32_t rows) noexcept {
    if (key.size() < 2 || key[0] != 'r' || key[1] == '0') return rows;
    std::uint32_t number = 0;
    const char* const end = key.data() + key.size();
    const auto [rest, code] = std::from_chars(key.data() + 1, end, number);
    if (code != std::errc{} || rest != end || number > rows) return rows;
    return number - 1;
}

/// Appends the text of a row that was asked for as a string. Nothing for what is no text.
bool append_text(std::string_view json, JsonWalker& walker, std::string& out) {
    struct Text final : JsonVisitor {
        explicit Text(std::string& to) : out(to) {}
        void begin_object(std::string_view) override {}
        void begin_list(std::string_view) override {}
        void key(std::string_view) override {}
        void end() override {}
        void text(std::string_view value) override {
            out += value;
            good = true;
        }
        void literal(jsonl::ValueKind kind, std::string_view value) override {
            out += value;
            good = kind != jsonl::ValueKind::null;
        }
        std::string& out;
        bool good = false;
    };
    if (json.starts_with('{') || json.starts_with('[')) return false;
    const std::size_t before = out.size();
    Text text(out);
    if (walker.walk(json, text) && text.good) return true;
    out.resize(before);
    return false;
}

}  // namespace

Result<> AnswerShape::split_pack(std::string_view text,
                                 std::uint32_t rows,
                                 std::string& scratch,
                                 std::vector<std::optional<std::string_view>>& result) const {
    result.assign(rows, std::nullopt);
    scratch.clear();
    const std::string_view json = without_fence(text);
    MemberScan scan(json);
    if (!scan.begin()) {
        if (json.empty()) return Error(Errc::protocol, "the answer is empty");
        return Error(Errc::protocol, json.starts_with('[')
                                         ? "the answer is a list, not an object with r1, r2, ..."
                                         : "the answer is not a JSON object");
    }
    struct Place {
        std::size_t begin = 0;
        std::size_t end = 0;
        bool seen = false;
        bool good = false;
    };
    std::vector<Place> places(rows);
    for (auto step = scan.next();
         step != MemberScan::Step::end && step != MemberScan::Step::cut_off; step = scan.next()) {
        if (step == MemberScan::Step::malformed)
            return Error(Errc::protocol, "the answer is not valid JSON");
        const std::uint32_t place = place_of(scan.key(), rows);
        if (place >= rows || places[place].seen) continue;
        Place& row = places[place];
        row.seen = true;
        row.begin = scratch.size();
        row.good = true;
        if (impl_->kind == AnswerKind::text) {
            row.good = append_text(scan.value(), impl_->walker, scratch);
        } else {
            scratch += scan.value();
        }
        row.end = scratch.size();
    }
    for (std::uint32_t row = 0; row < rows; ++row) {
        const Place& place = places[row];
        if (place.good)
            result[row] = std::string_view(scratch).substr(place.begin, place.end - place.begin);
    }
    return {};
}

}  // namespace overnight::recipe
