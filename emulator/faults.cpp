// Matching of fault rules.
#include "emulator/faults.hpp"

#include <algorithm>

namespace overnight::emulator {

Rule::Rule(const FaultSpec& spec, boost::json::object members, std::size_t index)
    : spec_(&spec), members_(std::move(members)), seed_(index) {
    seed_ = static_cast<std::uint64_t>(integer("seed", static_cast<std::int64_t>(index)));
}

const boost::json::value* Rule::value(std::string_view parameter) const noexcept {
    return members_.if_contains(view(parameter));
}

double Rule::number(std::string_view parameter, double fallback) const noexcept {
    const auto* const v = value(parameter);
    if (v == nullptr || !v->is_number()) return fallback;
    if (const auto* const i = v->if_int64()) return static_cast<double>(*i);
    if (const auto* const u = v->if_uint64()) return static_cast<double>(*u);
    return v->get_double();
}

std::int64_t Rule::integer(std::string_view parameter, std::int64_t fallback) const noexcept {
    const double n = number(parameter, static_cast<double>(fallback));
    return static_cast<std::int64_t>(std::clamp(n, -9e15, 9e15));
}

std::string_view Rule::text(std::string_view parameter, std::string_view fallback) const noexcept {
    const auto* const v = value(parameter);
    if (v == nullptr || !v->is_string()) return fallback;
    return {v->get_string().data(), v->get_string().size()};
}

bool Rule::flag(std::string_view parameter, bool fallback) const noexcept {
    const auto* const v = value(parameter);
    return v != nullptr && v->is_bool() ? v->get_bool() : fallback;
}

bool Rule::by_fraction(std::uint64_t hash) const noexcept {
    return !has("fraction") || selected(hash ^ mix(seed_ + 1), number("fraction", 1));
}

bool Rule::by_count() const {
    const std::uint64_t n = ++seen_;
    if (has("times") && n > static_cast<std::uint64_t>(integer("times", 0))) return false;
    const auto* const nth = value("nth");
    if (nth == nullptr) return true;
    const auto is_n = [n](const boost::json::value& v) {
        return v.is_int64() && static_cast<std::uint64_t>(v.get_int64()) == n;
    };
    if (const auto* const array = nth->if_array())
        return std::any_of(array->begin(), array->end(), is_n);
    return is_n(*nth);
}

bool Rule::by_ordinal(std::uint64_t batch) const noexcept {
    const auto* const wanted = value("batch");
    if (wanted == nullptr) return true;
    const auto is_batch = [batch](const boost::json::value& v) {
        return v.is_int64() && static_cast<std::uint64_t>(v.get_int64()) == batch;
    };
    if (const auto* const array = wanted->if_array())
        return std::any_of(array->begin(), array->end(), is_batch);
    return is_batch(*wanted);
}

bool Rule::by_tries(const Sha256& body) const {
    if (!has("tries")) return true;
    const std::lock_guard lock(mutex_);
    return ++tries_[body.word(0) ^ body.word(1)] <= static_cast<std::uint64_t>(integer("tries", 0));
}

bool Rule::by_text(std::string_view parameter, std::string_view in) const noexcept {
    return !has(parameter) || text(parameter, "") == in;
}

bool Rule::by_route(const RequestTarget& request) const noexcept {
    const auto matches = [&](std::string_view pattern) {
        return route_matches(pattern, request.method, request.path);
    };
    if (has("route")) return matches(text("route", ""));
    const auto defaults = spec_->default_routes;
    return defaults.empty() || std::any_of(defaults.begin(), defaults.end(), matches);
}

const Rule* FaultScript::match_line(const LineTarget& line) const {
    if (!has_line_rules_) return nullptr;
    for (const auto& rule : rules_) {
        if (rule->scope() != FaultScope::line) continue;
        if (!rule->by_ordinal(line.batch) || !rule->by_text("model", line.model) ||
            !rule->by_text("endpoint", line.endpoint) || !rule->by_fraction(line.sha256.word(2))) {
            continue;
        }
        if (rule->has("contains") &&
            line.body.find(rule->text("contains", "")) == std::string_view::npos)
            continue;
        ++rule->seen_;
        if (!rule->by_tries(line.sha256)) continue;
        ++rule->hits_;
        return rule.get();
    }
    return nullptr;
}

std::vector<const Rule*> FaultScript::match_batch(const BatchTarget& batch) const {
    std::vector<const Rule*> hit;
    for (const auto& rule : rules_) {
        if (rule->scope() != FaultScope::batch) continue;
        if (!rule->by_ordinal(batch.ordinal) || !rule->by_text("endpoint", batch.endpoint) ||
            !rule->by_fraction(batch.ordinal) || !rule->by_count()) {
            continue;
        }
        ++rule->hits_;
        hit.push_back(rule.get());
    }
    return hit;
}

std::vector<const Rule*> FaultScript::match_request(const RequestTarget& request) const {
    std::vector<const Rule*> hit;
    for (const auto& rule : rules_) {
        if (rule->scope() != FaultScope::request) continue;
        if (!rule->by_route(request)) continue;
        if (rule->has("contains")) {
            const std::string_view wanted = rule->text("contains", "");
            if (request.target.find(wanted) == std::string_view::npos &&
                request.body.find(wanted) == std::string_view::npos) {
                continue;
            }
        }
        if (!rule->by_ordinal(request.batch) || !rule->by_count()) continue;
        if (!rule->by_fraction(rule->seen_)) continue;
        ++rule->hits_;
        hit.push_back(rule.get());
    }
    return hit;
}

std::vector<const Rule*> FaultScript::world(Fault fault) const {
    std::vector<const Rule*> found;
    for (const auto& rule : rules_) {
        if (rule->fault() == fault) found.push_back(rule.get());
    }
    return found;
}

const Rule* FaultScript::first_world(Fault fault) const {
    for (const auto& rule : rules_) {
        if (rule->fault() == fault) return rule.get();
    }
    return nullptr;
}

std::size_t id_length(std::string_view rest, std::string_view path) noexcept {
    const std::string_view segment = path.substr(0, path.find('/'));
    if (!rest.starts_with(':')) return segment.size();
    return std::min(segment.rfind(':'), segment.size());
}

bool route_matches(std::string_view pattern,
                   std::string_view method,
                   std::string_view path) noexcept {
    const std::size_t space = pattern.find(' ');
    if (space == std::string_view::npos) return false;
    const std::string_view wanted = pattern.substr(0, space);
    pattern.remove_prefix(space + 1);
    if (wanted != "*" && wanted != method) return false;
    while (!pattern.empty()) {
        if (pattern == "*") return true;
        if (pattern.starts_with("{id}")) {
            pattern.remove_prefix(4);
            const std::size_t length = id_length(pattern, path);
            if (length == 0) return false;
            path.remove_prefix(length);
            continue;
        }
        if (path.empty() || path.front() != pattern.front()) return false;
        pattern.remove_prefix(1);
        path.remove_prefix(1);
    }
    return path.empty();
}

}  // namespace overnight::emulator
