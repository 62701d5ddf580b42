// Names of the provider's resources: "files/abc", "batches/abc", "models/x".
#pragma once

#include "core/error.hpp"

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>

namespace overnight::providers::gemini {

/// The member `name` of `o`: `folder` (with its slash) and 1 to 200 characters of [A-Za-z0-9._-],
/// not dots alone. "" for null, absent and "". Errc::protocol for anything else.
core::Result<std::string> resource_name(const boost::json::object& o,
                                        const char* name,
                                        std::string_view folder);

/// "/v1beta/files/abc" for "files/abc" and for "abc". What could leave its place in a path is
/// encoded.
std::string resource_target(std::string_view folder, std::string_view name);

/// "models/x", or "tunedModels/x" as it is, as a path: "/v1beta/models/x".
std::string model_target(std::string_view model);

}  // namespace overnight::providers::gemini
