#include "jsonl/random_reader.hpp"

#include "core/text.hpp"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

namespace overnight::jsonl {

Result<RandomReader> RandomReader::open(const std::filesystem::path& path, Symlinks symlinks) {
    OVERNIGHT_TRY_ASSIGN(Fd fd, open_regular(path, symlinks));
    return RandomReader(std::move(fd), path);
}

Result<std::uint64_t> RandomReader::size() const {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0)
        return system_error(errno, "cannot look at " + shown(path_), Errc::unavailable);
    return static_cast<std::uint64_t>(status.st_size);
}

Result<> RandomReader::read(std::uint64_t offset, std::uint64_t length, std::string& out) const {
    const auto missing = [&] {
        return Error(Errc::corrupt, shown(path_) + " does not hold the " + std::to_string(length) +
                                        " bytes from offset " + std::to_string(offset) +
                                        ": it was cut or replaced");
    };
    // The size is asked first: a damaged length must not become an allocation.
    OVERNIGHT_TRY_ASSIGN(const std::uint64_t have, size());
    if (offset > have || length > have - offset) return missing();
    out.resize(length);
    std::uint64_t done = 0;
    while (done < length) {
        const ssize_t got =
            ::pread(fd_.get(), out.data() + done, length - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_error(errno, "cannot read " + shown(path_), Errc::unavailable);
        if (got == 0) return missing();
        done += static_cast<std::uint64_t>(got);
    }
    return {};
}

Result<std::string> read_small_file(const std::filesystem::path& path,
                                    std::size_t max_bytes,
                                    Symlinks symlinks) {
    OVERNIGHT_TRY_ASSIGN(const Fd fd, open_regular(path, symlinks));
    std::string out;
    // Read to the end and not by st_size, which is 0 for what the kernel makes up (/proc).
    for (;;) {
        const std::size_t before = out.size();
        const std::size_t step = std::min<std::size_t>(max_bytes + 1 - before, 64u << 10);
        out.resize(before + step);
        const ssize_t got = ::read(fd.get(), out.data() + before, step);
        const int failure = got < 0 ? errno : 0;
        out.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
        if (failure == EINTR) continue;
        if (failure != 0)
            return system_error(failure, "cannot read " + shown(path), Errc::unavailable);
        if (out.size() > max_bytes)
            return Error(Errc::invalid_input,
                         shown(path) + " is larger than the " + core::bytes_text(max_bytes) +
                             " that are allowed for it: check that it is the right file");
        if (got == 0) return out;
    }
}

}  // namespace overnight::jsonl
