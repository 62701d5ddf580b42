#include "submitter/row_problems.hpp"

namespace overnight::submitter {

core::Error RowProblems::error(const std::string& hint) const {
    const core::Error& first = problems_.front();
    std::string text = first.describe();
    for (std::size_t i = 1; i < problems_.size(); ++i)
        text += "\n  " + problems_[i].describe();
    if (full()) text += "\n  and perhaps more";
    if (!hint.empty()) text += (problems_.size() == 1 ? "; " : "\n  ") + hint;
    return {first.code(), std::move(text)};
}

}  // namespace overnight::submitter
