// A valid instance of a schema, with text made of the request's words.
#pragma once

#include "emulator/schema.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace overnight::emulator {

/// What to do with a row of a pack: a property of the root called r1, r2, ...
enum class RowAnswer { valid, missing, invalid };

struct InstanceOptions {
    std::string_view text;                                ///< the request's text
    std::function<RowAnswer(std::string_view row)> rows;  ///< empty: all valid
};

/// Appends the instance as JSON. It is a function of the schema and the text. A property r<k> of
/// the root depends on the text of that row alone, where the text has one.
void put_instance(std::string& out, const Schema& schema, const InstanceOptions& options);

/// The same, but with a root that violates the schema: a property too many and the first of a wrong
/// type.
void put_violation(std::string& out, const Schema& schema, const InstanceOptions& options);

}  // namespace overnight::emulator
