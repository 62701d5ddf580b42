// The descriptors 0, 1 and 2, before anything else is opened.
#pragma once

namespace overnight::cli {

/// Takes the place of those that the parent closed, so that no file of the state gets their number
/// and messages are written into it. Reads find the end, messages go nowhere, and writes to
/// standard output fail as they should. First in main(); false when even that fails.
bool hold_standard_streams() noexcept;

}  // namespace overnight::cli
