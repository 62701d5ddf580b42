// The process's environment, as a value that tests can make.
#pragma once

#include <cstdlib>
#include <functional>
#include <string>

namespace overnight::cli {

/// The variable's value; "" when it is not set.
using Environment = std::function<std::string(const char* name)>;

/// The real one. Nothing in the program changes it.
inline Environment process_environment() {
    return [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value ? value : "");
    };
}

}  // namespace overnight::cli
