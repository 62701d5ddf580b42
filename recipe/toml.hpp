// The one way this project includes toml++: header only, without exceptions, and without its assertions. In 3.3 those
// are wrong about bad input ("[=" trips one): they end a debug build, and in a release build they become promises to the
// optimiser that such input breaks. Without them the parser reports its error. All sources must agree about this, so
// whoever reads TOML includes this file.
#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(expr) static_cast<void>(0)
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")
