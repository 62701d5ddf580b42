// Reading of a fault script. Every name is checked, so that a test cannot run with a fault that it
// misspelt.
#include "core/text.hpp"
#include "emulator/faults.hpp"

#include <algorithm>

namespace overnight::emulator {

namespace {

std::vector<std::string_view> words(std::string_view list) {
    std::vector<std::string_view> found;
    while (!list.empty()) {
        const std::size_t stop = std::min(list.find(' '), list.size());
        if (stop > 0) found.push_back(list.substr(0, stop));
        list.remove_prefix(std::min(stop + 1, list.size()));
    }
    return found;
}

core::Error wrong(std::size_t index, const std::string& what) {
    return {core::Errc::invalid_input,
            "fault script, rule " + std::to_string(index + 1) + ": " + what};
}

std::string suggestion(std::string_view word, std::span<const std::string_view> candidates) {
    const std::string_view near = core::nearest(word, candidates);
    return near.empty() ? std::string() : "; did you mean \"" + std::string(near) + "\"?";
}

core::Result<const FaultSpec*> spec_of(const boost::json::object& members, std::size_t index) {
    const auto* const name = members.if_contains("fault");
    if (name == nullptr || !name->is_string()) return wrong(index, "\"fault\" must name a fault");
    const std::string_view text(name->get_string().data(), name->get_string().size());
    const FaultSpec* const spec = find_fault(text);
    if (spec == nullptr) {
        std::vector<std::string_view> names;
        for (const FaultSpec& one : fault_table())
            names.push_back(one.name);
        return wrong(index, "no fault is called \"" + core::printable(text, 60) + "\"" +
                                suggestion(text, names));
    }
    return spec;
}

core::Result<> check_members(const boost::json::object& members,
                             const FaultSpec& spec,
                             std::size_t index) {
    std::vector<std::string_view> allowed = words(spec.parameters);
    for (const std::string_view selector : words(selectors(spec.scope)))
        allowed.push_back(selector);
    allowed.push_back("fault");
    allowed.push_back("comment");
    for (const auto& member : members) {
        const std::string_view key(member.key().data(), member.key().size());
        if (std::find(allowed.begin(), allowed.end(), key) != allowed.end()) continue;
        return wrong(index, "\"" + std::string(spec.name) + "\" has no member \"" +
                                core::printable(key, 60) + "\"" + suggestion(key, allowed));
    }
    return {};
}

}  // namespace

core::Result<std::shared_ptr<const FaultScript>> FaultScript::parse(std::string_view json) {
    auto script = std::make_shared<FaultScript>();
    if (json.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        return std::shared_ptr<const FaultScript>(std::move(script));
    }
    boost::system::error_code error;
    boost::json::value document =
        boost::json::parse(boost::json::string_view(json.data(), json.size()), error);
    if (error)
        return core::Error(core::Errc::invalid_input,
                           "the fault script is not JSON: " + error.message());
    if (!document.is_array()) {
        return core::Error(core::Errc::invalid_input, "the fault script must be an array of rules");
    }
    boost::json::array& rules = document.get_array();
    for (std::size_t i = 0; i < rules.size(); ++i) {
        if (!rules[i].is_object()) return wrong(i, "it must be an object");
        boost::json::object& members = rules[i].get_object();
        OVERNIGHT_TRY_ASSIGN(const FaultSpec* const spec, spec_of(members, i));
        OVERNIGHT_TRY(check_members(members, *spec, i));
        script->rules_.push_back(std::make_unique<Rule>(*spec, std::move(members), i));
        if (spec->scope == FaultScope::line) script->has_line_rules_ = true;
    }
    return std::shared_ptr<const FaultScript>(std::move(script));
}

}  // namespace overnight::emulator
