// Inputs that no client uploaded.
#include "emulator/own_input.hpp"

#include "emulator/dialect.hpp"

namespace overnight::emulator {

OwnInput::OwnInput(World& world) : world_(world), path_(world.files->new_blob()), guard_(path_) {}

core::Result<> OwnInput::write(std::string_view lines) {
    OVERNIGHT_TRY_ASSIGN(FileWriter to, FileWriter::create(path_));
    OVERNIGHT_TRY(to.append(lines));
    return to.flush();
}

core::Result<std::string> OwnInput::keep(const Call& call) {
    FileObject file;
    file.provider = call.dialect->provider;
    file.purpose = inline_requests;
    file.key = call.key_fingerprint;
    file.created_at = world_.clock.seconds();
    file.path = path_;
    std::error_code error;
    file.bytes = std::filesystem::file_size(path_, error);
    guard_.keep();
    OVERNIGHT_TRY_ASSIGN(const FilePtr added, world_.files->add(std::move(file)));
    return added->id;
}

}  // namespace overnight::emulator
