// AnswerShape::cells: a stored payload as the cells of the output.
#include "core/text.hpp"
#include "recipe/answer_impl.hpp"

namespace overnight::recipe {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using jsonl::ValueKind;

/// Takes the members of the outermost object apart; what is nested stays JSON text.
class CellVisitor final : public JsonVisitor {
public:
    struct Place {
        std::size_t begin = 0;
        std::size_t end = 0;
        ValueKind kind = ValueKind::text;
        bool seen = false;
    };

    CellVisitor(const std::vector<AnswerColumn>& columns, std::string& scratch)
        : columns_(columns), scratch_(scratch), places_(columns.size()) {}

    void begin_object(std::string_view raw) override { begin(raw); }
    void begin_list(std::string_view raw) override { begin(raw); }
    void end() override { --depth_; }
    void key(std::string_view name) override {
        if (depth_ != 1) return;
        if (next_ >= columns_.size() || columns_[next_].name != name) {
            next_ = 0;
            while (next_ < columns_.size() && columns_[next_].name != name)
                ++next_;
        }
        current_ = next_++;
    }
    void text(std::string_view value) override { add(value, ValueKind::text); }
    void literal(ValueKind kind, std::string_view value) override {
        add(kind == ValueKind::null ? std::string_view{} : value, kind);
    }

    const std::vector<Place>& places() const noexcept { return places_; }

private:
    void begin(std::string_view raw) {
        if (depth_ == 1) add(raw, ValueKind::json);
        ++depth_;
    }
    void add(std::string_view value, ValueKind kind) {
        if (depth_ != 1 || current_ >= columns_.size()) return;
        const std::size_t begin = scratch_.size();
        scratch_ += value;
        places_[current_] = {begin, scratch_.size(), kind, true};
    }

    const std::vector<AnswerColumn>& columns_;
    std::string& scratch_;
    std::vector<Place> places_;
    std::size_t next_ = 0;
    std::size_t current_ = 0;
    int depth_ = 0;
};

}  // namespace

Result<> AnswerShape::cells(std::string_view payload,
                            std::string& scratch,
                            std::vector<Cell>& out) const {
    scratch.clear();
    out.assign(impl_->columns.size(), Cell{});
    if (impl_->kind != AnswerKind::object) {
        scratch = payload;
        out[0] = {scratch, impl_->kind == AnswerKind::text ? ValueKind::text : ValueKind::json};
        return {};
    }
    CellVisitor visitor(impl_->columns, scratch);
    const Result<> walked = impl_->walker.walk(payload, visitor, RawText::give);
    if (!walked)
        return Error(Errc::corrupt, "a stored answer is damaged: " + walked.error().message());
    for (std::size_t i = 0; i < out.size(); ++i) {
        const CellVisitor::Place& place = visitor.places()[i];
        if (!place.seen) {
            return Error(Errc::corrupt, "a stored answer is damaged: it lacks '" +
                                            core::printable(impl_->columns[i].name) + "'");
        }
        out[i] = {std::string_view(scratch).substr(place.begin, place.end - place.begin),
                  place.kind};
    }
    return {};
}

}  // namespace overnight::recipe
