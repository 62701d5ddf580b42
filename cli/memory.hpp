// The allocator's settings for a program that runs for weeks and promises to stay small.
#pragma once

namespace overnight::cli {

/// Before any thread: large blocks go back to the system as soon as they are freed (the library
/// would keep ever larger ones), and the roles share one arena. Costs nothing that the benchmark of
/// the whole shows.
void return_memory_early() noexcept;

}  // namespace overnight::cli
