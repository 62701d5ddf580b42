// A file as the body of a reply.
#pragma once

#include "emulator/api_error.hpp"
#include "emulator/call.hpp"

namespace overnight::emulator {

/// The whole file, or the one range of bytes that the call asks for (RFC 9110 14). `unsatisfiable`
/// is the error for a range that is not in the file.
Reply content_reply(const Call& call, const FilePtr& file, const ApiError& unsatisfiable);

}  // namespace overnight::emulator
