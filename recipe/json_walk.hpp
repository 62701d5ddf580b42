// Walks one JSON text strictly, value by value, with numbers as they are written. Bounded depth, no
// exceptions.
#pragma once

#include "core/error.hpp"
#include "jsonl/record.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace overnight::recipe {

class JsonVisitor {
public:
    virtual ~JsonVisitor() = default;
    /// `raw` is the whole value's text when walk() was asked for it, else "".
    virtual void begin_object(std::string_view raw) = 0;
    virtual void begin_list(std::string_view raw) = 0;
    virtual void key(std::string_view name) = 0;  ///< decoded
    virtual void end() = 0;
    virtual void text(std::string_view value) = 0;  ///< decoded
    /// A number (finite, by RFC 8259), true, false or null, as it is written.
    virtual void literal(jsonl::ValueKind kind, std::string_view value) = 0;
};

enum class RawText { skip, give };

/// Keeps its buffers. One thread.
class JsonWalker {
public:
    JsonWalker();
    JsonWalker(JsonWalker&&) noexcept;
    JsonWalker& operator=(JsonWalker&&) noexcept;
    ~JsonWalker();
    /// Refuses what is not one JSON value, a member that occurs twice in its object, a number out
    /// of the range of a double, and more than 64 levels. A lone surrogate escape counts as U+FFFD.
    /// Errc::invalid_input, in plain words.
    ///
    /// What the visitor is given lives until the next walk().
    core::Result<> walk(std::string_view json, JsonVisitor& visitor, RawText raw = RawText::skip);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Replaces \uD800..\uDFFF escapes that are not a pair by \uFFFD, so that a strict parser takes the
/// text. A model that was stopped in the middle of an emoji writes such halves.
void mend_lone_surrogates(std::string& json);

}  // namespace overnight::recipe
