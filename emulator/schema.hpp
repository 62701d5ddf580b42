// The part of JSON Schema that strict structured output allows, compiled so that valid instances
// can be made of it.
#pragma once

#include "core/error.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace overnight::emulator {

/// A node refers to others by their index, so that recursive schemas are plain data.
struct SchemaNode {
    enum class Kind { object, array, string, number, integer, boolean, null, any_of, constant };

    Kind kind = Kind::string;
    std::vector<std::pair<std::string, std::size_t>> properties;
    std::size_t items = 0;
    std::vector<std::size_t> options;    ///< any_of
    std::vector<std::string> constants;  ///< const and enum, as JSON text
    double minimum = -std::numeric_limits<double>::infinity();
    double maximum = std::numeric_limits<double>::infinity();
    double multiple_of = 0;
    std::size_t min_size = 0;  ///< items or characters
    std::size_t max_size = std::numeric_limits<std::size_t>::max();
    std::string format;
    /// Levels below this node in its smallest instance; what recursion ends with.
    std::size_t depth = unreachable;

    static constexpr std::size_t unreachable = 1'000'000;
};

/// Strict mode wants every property required and no others allowed.
enum class Strictness { lenient, strict };

class Schema {
public:
    /// Errc::invalid_input for what is not a schema, has an unknown $ref, or has no finite
    /// instance. Keywords that are not known are ignored.
    static core::Result<Schema> compile(std::string_view json,
                                        Strictness strictness = Strictness::lenient);

    const SchemaNode& node(std::size_t index) const { return nodes_[index]; }
    const SchemaNode& root() const { return nodes_.front(); }

private:
    friend class SchemaCompiler;
    std::vector<SchemaNode> nodes_;
};

}  // namespace overnight::emulator
