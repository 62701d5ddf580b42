// The steps that every way of uploading has in common (providers/gemini.md 4.1, 4.2).
#pragma once

#include "emulator/call.hpp"
#include "emulator/gemini/file_spec.hpp"
#include "emulator/gemini/hashed_blob.hpp"

namespace overnight::emulator::gemini {

/// What is wrong with a file before any byte of it has come: a name that is taken, a size beyond a
/// limit. Status 0: nothing.
ApiError check_spec(World& world, const Call& call, const FileSpec& spec);

/// An uploaded file, or why it is none.
struct Added {
    FilePtr file;
    ApiError error;
};
/// Makes a complete blob a file of `key` and notes it in the ledger.
core::Result<Added> add_file(World& world,
                             const FileSpec& spec,
                             HashedBlob& blob,
                             std::string_view key);

/// `{"file":{...}}`, with the size that a rule may falsify.
Reply file_reply(World& world, const Call& call, const FileObject& file);

}  // namespace overnight::emulator::gemini
