// The fault script: rules that say when the emulator misbehaves and how. Deterministic: whether a
// rule hits depends on counters and on hashes of what it looks at, never on chance.
#pragma once

#include "core/error.hpp"
#include "emulator/fault_table.hpp"
#include "emulator/hashing.hpp"

#include <boost/json.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace overnight::emulator {

struct RequestTarget;

/// One rule. Its parameters were checked by name, not by type: a wrong type reads as the fallback.
class Rule {
public:
    Rule(const FaultSpec& spec, boost::json::object members, std::size_t index);

    Fault fault() const noexcept { return spec_->fault; }
    FaultScope scope() const noexcept { return spec_->scope; }
    std::string_view name() const noexcept { return spec_->name; }

    bool has(std::string_view parameter) const noexcept {
        return members_.contains(view(parameter));
    }
    double number(std::string_view parameter, double fallback) const noexcept;
    std::int64_t integer(std::string_view parameter, std::int64_t fallback) const noexcept;
    std::string_view text(std::string_view parameter, std::string_view fallback) const noexcept;
    bool flag(std::string_view parameter, bool fallback) const noexcept;
    const boost::json::value* value(std::string_view parameter) const noexcept;

    std::uint64_t seen() const noexcept {
        return seen_;
    }  ///< how often its other selectors matched
    std::uint64_t hits() const noexcept { return hits_; }  ///< how often it applied

private:
    friend class FaultScript;
    static boost::json::string_view view(std::string_view s) noexcept {
        return {s.data(), s.size()};
    }

    bool by_fraction(std::uint64_t hash) const noexcept;
    /// Counts one more match and says whether "nth" and "times" take it.
    bool by_count() const;
    bool by_ordinal(std::uint64_t batch) const noexcept;
    bool by_tries(const Sha256& body) const;
    bool by_text(std::string_view parameter, std::string_view in) const noexcept;
    bool by_route(const RequestTarget& request) const noexcept;

    const FaultSpec* spec_;
    boost::json::object members_;
    std::uint64_t seed_;
    mutable std::atomic<std::uint64_t> seen_{0};
    mutable std::atomic<std::uint64_t> hits_{0};
    mutable std::mutex mutex_;
    mutable std::unordered_map<std::uint64_t, std::uint64_t> tries_;  ///< executions by body
};

/// Whether a line rule hit and is of that kind.
inline bool is_fault(const Rule* rule, Fault fault) noexcept {
    return rule != nullptr && rule->fault() == fault;
}

struct LineTarget {
    std::string_view body;
    const Sha256& sha256;
    std::uint64_t batch = 0;  ///< ordinal of the batch; 0 for an ordinary call
    std::string_view model;
    std::string_view endpoint;
};

struct BatchTarget {
    std::uint64_t ordinal = 0;  ///< batches count from 1 in the order of their creation
    std::string_view endpoint;
};

struct RequestTarget {
    std::string_view method;
    std::string_view path;  ///< without the query
    std::string_view target;
    std::string_view body;    ///< empty for an upload
    std::uint64_t batch = 0;  ///< ordinal of the batch that the path names
};

/// Immutable but for its counters. Any thread.
class FaultScript {
public:
    /// Errc::invalid_input with the rule's number and, for a name that is not known, the nearest
    /// that is.
    static core::Result<std::shared_ptr<const FaultScript>> parse(std::string_view json);

    /// The first line rule that hits, or null. Counts the execution for "tries".
    const Rule* match_line(const LineTarget& line) const;
    /// All that hit, in the script's order. Counts.
    std::vector<const Rule*> match_batch(const BatchTarget& batch) const;
    std::vector<const Rule*> match_request(const RequestTarget& request) const;
    /// World rules of one kind.
    std::vector<const Rule*> world(Fault fault) const;
    const Rule* first_world(Fault fault) const;

    bool has_line_rules() const noexcept { return has_line_rules_; }
    const std::vector<std::unique_ptr<Rule>>& rules() const noexcept { return rules_; }

private:
    std::vector<std::unique_ptr<Rule>> rules_;
    bool has_line_rules_ = false;
};

/// "POST /v1/batches", "GET /v1/files/{id}/content", "* /v1/files*": a method or *, and a path in
/// which {id} stands for one segment and a * at the end for anything.
bool route_matches(std::string_view pattern,
                   std::string_view method,
                   std::string_view path) noexcept;

/// How much of `path` an {id} at its beginning stands for, when `rest` follows it in the pattern:
/// up to the next "/", or up to the last ":" of that when the rest begins with one.
std::size_t id_length(std::string_view rest, std::string_view path) noexcept;

}  // namespace overnight::emulator
