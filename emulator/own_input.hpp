// The input of one batch alone: requests that came with the create, or after it. No client sees it,
// and it goes with the batch's end.
#pragma once

#include "emulator/call.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace overnight::emulator {

/// A blob that becomes a file with keep(), and else is removed with this object.
class OwnInput {
public:
    explicit OwnInput(World& world);

    const std::filesystem::path& path() const noexcept { return path_; }
    core::Result<> write(std::string_view lines);
    /// Makes a file of it; its id.
    core::Result<std::string> keep(const Call& call);

private:
    World& world_;
    std::filesystem::path path_;
    BlobGuard guard_;
};

}  // namespace overnight::emulator
