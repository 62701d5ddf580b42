// A batch as google.longrunning.Operation (providers/gemini.md 2.3, 2.4).
#pragma once

#include "emulator/batch.hpp"

#include <string>
#include <string_view>

namespace overnight::emulator::gemini {

struct OperationView {
    core::TimePoint now;
    /// The results of a batch whose requests came inline, as JSON values with commas between them.
    /// Lists leave them out.
    std::string_view inlined_responses;
    bool show_inlined = false;
    std::string_view state;  ///< shown in place of the true one, when not empty
};

/// As a client sees it at `view.now`. What is zero is left out, and 64 bits are texts.
std::string operation_text(const Batch& batch, const OperationView& view);

/// "PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED". A cancel shows at once.
std::string_view state_name(const Batch& batch) noexcept;
/// Whether the state is one that does not change any more.
bool has_ended(const Batch& batch) noexcept;
/// Whether the results can be seen at `now`.
bool results_visible(const Batch& batch, core::TimePoint now) noexcept;

}  // namespace overnight::emulator::gemini
