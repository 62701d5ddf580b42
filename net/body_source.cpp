#include "net/body_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace overnight::net {

using core::Errc;
using core::Error;
using core::Result;

Result<BodySource> BodySource::open(const std::vector<model::BodyPiece>& pieces) {
    BodySource source;
    for (const auto& piece : pieces) {
        if (const auto* text = std::get_if<std::string>(&piece)) {
            source.pieces_.emplace_back(std::string_view(*text));
            source.left_ += text->size();
        }
        if (const auto* file = std::get_if<model::FilePiece>(&piece))
            OVERNIGHT_TRY(source.open_file(*file));
    }
    return source;
}

Result<> BodySource::open_file(const model::FilePiece& piece) {
    const std::string& path = piece.path.native();
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return Error(Errc::invalid_input,
                     "cannot open " + path + " to send it: " + std::strerror(errno));
    pieces_.emplace_back(File{fd, piece.offset, piece.length, &path, piece.lines});  // owned
    struct stat info {};
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return Error(Errc::invalid_input, path + " is to be sent but is not a regular file");
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (piece.offset > size || piece.length > size - piece.offset)
        return Error(Errc::invalid_input, path + " is shorter than what is to be sent of it");
    ::posix_fadvise(fd, static_cast<off_t>(piece.offset), static_cast<off_t>(piece.length),
                    POSIX_FADV_SEQUENTIAL);
    left_ += piece.length;
    return {};
}

BodySource::~BodySource() {
    for (const auto& piece : pieces_)
        if (const auto* file = std::get_if<File>(&piece)) ::close(file->fd);
}

Result<std::size_t> BodySource::take(std::string_view& text, char* to, std::size_t size) {
    const std::size_t n = text.copy(to, size);
    text.remove_prefix(n);
    return n;
}

Result<std::size_t> BodySource::take(File& file, char* to, std::size_t size) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(size, file.length));
    if (want == 0) return want;
    ssize_t n = 0;
    do
        n = ::pread(file.fd, to, want, static_cast<off_t>(file.offset));
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return Error(Errc::invalid_input,
                     "cannot read " + *file.path + ": " + std::strerror(errno));
    if (n == 0) return Error(Errc::invalid_input, *file.path + " became shorter while it was sent");
    if (file.lines == model::Lines::joined_by_commas) std::replace(to, to + n, '\n', ',');
    file.offset += static_cast<std::uint64_t>(n);
    file.length -= static_cast<std::uint64_t>(n);
    return static_cast<std::size_t>(n);
}

Result<std::size_t> BodySource::read(char* to, std::size_t size) {
    std::size_t total = 0;
    while (total < size && at_ < pieces_.size()) {
        auto took = std::visit([&](auto& piece) { return take(piece, to + total, size - total); },
                               pieces_[at_]);
        if (!took) return took;
        if (*took == 0) ++at_;
        total += *took;
    }
    left_ -= total;
    return total;
}

}  // namespace overnight::net
