#include "store/place.hpp"

#include "jsonl/directory.hpp"
#include "jsonl/durable_file.hpp"
#include "jsonl/fd.hpp"
#include "jsonl/random_reader.hpp"

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <sys/vfs.h>

namespace overnight::store {

using core::Errc;
using core::Error;
using core::Result;

namespace {

constexpr const char* allow_variable = "OVERNIGHT_ANY_FILESYSTEM";

Result<> check_filesystem(std::filesystem::path dir) {
    struct statfs status {};
    while (::statfs(dir.c_str(), &status) != 0) {
        if (errno != ENOENT || !dir.has_parent_path() || dir.parent_path() == dir) {
            if (errno == ENOENT) return {};  // relative to the current folder
            return jsonl::system_error(errno, "cannot look at " + jsonl::shown(dir),
                                       Errc::configuration);
        }
        dir = dir.parent_path();
    }
    const std::string_view kind = unsuitable_filesystem(static_cast<std::uint32_t>(status.f_type));
    if (kind.empty()) return {};
    return Error(Errc::configuration,
                 jsonl::shown(dir) + " is on " + std::string(kind) +
                     ", where the state is not safe against crashes or other hosts: name a folder "
                     "on a local disk (--state DIR), or, in a container whose disk you know to "
                     "last, set " +
                     allow_variable + "=1");
}

std::filesystem::path epoch_file(const std::filesystem::path& dir) {
    return dir / "epoch";
}

}  // namespace

std::string_view unsuitable_filesystem(std::uint64_t type) noexcept {
    switch (type) {
    case 0x6969:
        return "NFS";
    case 0x517B:
        return "SMB";
    case 0xFF534D42:
        return "CIFS";
    case 0xFE534D42:
        return "SMB";
    case 0x01021997:
        return "9p";
    case 0x65735546:
        return "FUSE";
    case 0x794C7630:
        return "overlay";
    case 0x01021994:
        return "tmpfs";
    case 0x858458F6:
        return "ramfs";
    case 0x00C36400:
        return "Ceph";
    case 0x0BD00BD0:
        return "Lustre";
    case 0x47504653:
        return "GPFS";
    case 0x5346414F:
        return "AFS";
    case 0x786F4256:
        return "a VirtualBox share";
    case 0x4D44:
        return "FAT";
    case 0x2011BAB0:
        return "exFAT";
    default:
        return "";
    }
}

Result<> prepare_place(const std::filesystem::path& dir, AnyFilesystem any) {
    const char* allowed = std::getenv(allow_variable);
    const bool checked =
        any == AnyFilesystem::refuse && !(allowed && std::string_view(allowed) == "1");
    if (checked) OVERNIGHT_TRY(check_filesystem(std::filesystem::absolute(dir).lexically_normal()));
    OVERNIGHT_TRY(jsonl::make_private_directory(dir));
    if (checked) OVERNIGHT_TRY(check_filesystem(dir));
    for (const char* folder : {"store", "spool", "results"})
        OVERNIGHT_TRY(jsonl::make_private_directory(dir / folder));
    return {};
}

Result<std::optional<std::uint64_t>> read_epoch(const std::filesystem::path& dir) {
    auto text = jsonl::read_small_file(epoch_file(dir), 64);
    if (!text && text.error().code() == Errc::not_found) return std::optional<std::uint64_t>{};
    if (!text) return std::move(text).error();
    std::uint64_t generation = 0;
    const auto parsed = std::from_chars(text->data(), text->data() + text->size(), generation);
    if (parsed.ec != std::errc{})
        return Error(Errc::corrupt, jsonl::shown(epoch_file(dir)) + " does not hold a number");
    return std::optional<std::uint64_t>{generation};
}

Result<> write_epoch(const std::filesystem::path& dir, std::uint64_t generation) {
    OVERNIGHT_TRY_ASSIGN(
        auto file, jsonl::DurableFile::create(epoch_file(dir), jsonl::Replace::yes, 0600, "epoch"));
    OVERNIGHT_TRY(file.write(std::to_string(generation) + "\n"));
    return std::move(file).commit();
}

}  // namespace overnight::store
