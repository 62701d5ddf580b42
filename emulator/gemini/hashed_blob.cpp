// Files being received.
#include "emulator/gemini/hashed_blob.hpp"

namespace overnight::emulator::gemini {

core::Result<HashedBlob> HashedBlob::create(std::filesystem::path path, std::uint64_t max_bytes) {
    OVERNIGHT_TRY_ASSIGN(const Descriptor made, open_for_appending(path));
    return HashedBlob(std::move(path), max_bytes);
}

HashedBlob::~HashedBlob() {
    discard();
}

void HashedBlob::discard() noexcept {
    std::error_code ignored;
    if (owned_) std::filesystem::remove(path_, ignored);
    owned_ = false;
    out_ = Descriptor();
}

core::Result<> HashedBlob::append(std::string_view piece) {
    if (piece.size() > max_bytes_ - bytes_)
        return core::Error(core::Errc::invalid_input, "The file is too large.");
    if (!out_) {
        OVERNIGHT_TRY_ASSIGN(out_, open_for_appending(path_));
    }
    OVERNIGHT_TRY(write_all(out_, piece));
    hash_.update(piece);
    bytes_ += piece.size();
    return {};
}

core::Result<> HashedBlob::append_all(net::BodyReader& body) {
    const auto appended = append_pieces(body);
    out_ = Descriptor();
    return appended;
}

core::Result<> HashedBlob::append_pieces(net::BodyReader& body) {
    constexpr std::size_t piece_bytes = 256 * 1024;
    std::string buffer(piece_bytes, '\0');
    while (true) {
        OVERNIGHT_TRY_ASSIGN(const std::size_t n, body.read(buffer.data(), buffer.size()));
        if (n == 0) return {};
        OVERNIGHT_TRY(append(std::string_view(buffer).substr(0, n)));
    }
}

}  // namespace overnight::emulator::gemini
