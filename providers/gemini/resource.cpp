#include "providers/gemini/resource.hpp"

#include "model/http.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace overnight::providers::gemini {
namespace {

constexpr std::size_t longest = 200;  // ours: ids of 42 characters were seen
constexpr std::string_view version = "/v1beta/";

bool is_plain(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

}  // namespace

core::Result<std::string> resource_name(const boost::json::object& o,
                                        const char* name,
                                        std::string_view folder) {
    const auto* v = o.if_contains(name);
    if (v == nullptr || v->is_null()) return std::string();
    const auto* s = v->if_string();
    const std::string_view text =
        s == nullptr ? std::string_view() : std::string_view(s->data(), s->size());
    if (s != nullptr && text.empty()) return std::string();
    const bool placed = text.starts_with(folder);
    const std::string_view id = placed ? text.substr(folder.size()) : std::string_view();
    if (id.empty() || id.size() > longest || !std::all_of(id.begin(), id.end(), is_plain) ||
        id.find_first_not_of('.') == std::string_view::npos)
        return core::Error(core::Errc::protocol, "an object whose \"" + std::string(name) +
                                                     "\" is no usable name in " +
                                                     std::string(folder));
    return std::string(text);
}

std::string resource_target(std::string_view folder, std::string_view name) {
    if (name.starts_with(folder)) name.remove_prefix(folder.size());
    return std::string(version) + std::string(folder) + model::url_encode(name);
}

std::string model_target(std::string_view model) {
    constexpr std::string_view tuned = "tunedModels/";
    return resource_target(model.starts_with(tuned) ? tuned : "models/", model);
}

}  // namespace overnight::providers::gemini
