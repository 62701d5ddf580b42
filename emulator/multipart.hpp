// multipart/form-data (RFC 7578) and multipart/related (RFC 2387), parsed while they arrive. No
// part is held in memory by the parser.
#pragma once

#include "core/error.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace overnight::emulator {

/// The boundary of a Content-Type header's value; nothing when it is not of that type with a usable
/// one.
std::optional<std::string> multipart_boundary(std::string_view content_type,
                                              std::string_view type = "multipart/form-data");

struct PartHead {
    std::string name;
    std::optional<std::string> filename;
    std::string content_type;
};

/// Only forms name their parts.
enum class PartNames { required, absent };

/// What a form does with its parts. An error ends the parsing.
class PartSink {
public:
    virtual ~PartSink() = default;
    virtual core::Result<> begin_part(const PartHead& head) = 0;
    virtual core::Result<> part_data(std::string_view bytes) = 0;
    virtual core::Result<> end_part() = 0;
};

/// Fed with pieces of any size. Memory: one piece, one delimiter and at most 16 KiB of part header.
class MultipartParser {
public:
    MultipartParser(std::string_view boundary,
                    PartSink& sink,
                    PartNames names = PartNames::required);

    /// Errc::invalid_input for a malformed body; what the sink answers is passed on.
    core::Result<> feed(std::string_view bytes);
    /// Errc::invalid_input when the closing delimiter has not come.
    core::Result<> finish() const;

private:
    enum class State { preamble, after_delimiter, head, data, done };

    core::Result<bool> step();
    core::Result<bool> find_delimiter(bool deliver);
    core::Result<bool> read_head();

    std::string delimiter_;  ///< CRLF, two dashes, boundary
    PartSink& sink_;
    const PartNames names_;
    State state_ = State::preamble;
    std::string buffer_;
    std::size_t pos_ = 0;
    unsigned parts_ = 0;
};

}  // namespace overnight::emulator
