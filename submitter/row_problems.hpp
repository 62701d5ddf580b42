// What is wrong with the input, gathered over its rows: one look mends all of it, not one row a run
// (FAULTS 3, 12, 17).
#pragma once

#include "core/error.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace overnight::submitter {

class RowProblems {
public:
    static constexpr std::size_t most = 20;

    void add(core::Error&& problem) { problems_.push_back(std::move(problem)); }
    bool any() const noexcept { return !problems_.empty(); }
    bool full() const noexcept { return problems_.size() >= most; }
    /// The problems under the first one's code; `hint` is a way out, or empty. Call when any().
    core::Error error(const std::string& hint) const;

private:
    std::vector<core::Error> problems_;
};

}  // namespace overnight::submitter
