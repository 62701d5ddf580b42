// An environment made of a few variables.
#pragma once

#include "cli/environment.hpp"

#include <map>
#include <string>
#include <utility>

namespace overnight::cli {

inline Environment environment(std::map<std::string, std::string> variables) {
    return [variables = std::move(variables)](const char* name) {
        const auto at = variables.find(name);
        return at == variables.end() ? std::string() : at->second;
    };
}

}  // namespace overnight::cli
