#include "submitter/input_copy.hpp"

#include "jsonl/durable_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <functional>
#include <string>
#include <string_view>
#include <unistd.h>

namespace overnight::submitter {
namespace {

constexpr std::size_t block_bytes = 256u << 10;

core::Result<> read_standard_input(const std::function<core::Result<>(std::string_view)>& sink) {
    std::string block(block_bytes, '\0');
    while (true) {
        const ssize_t n = ::read(STDIN_FILENO, block.data(), block.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0)
            return jsonl::system_error(errno, "cannot read standard input",
                                       core::Errc::invalid_input);
        if (n == 0) return {};
        OVERNIGHT_TRY(sink(std::string_view(block).substr(0, static_cast<std::size_t>(n))));
    }
}

}  // namespace

core::Result<> copy_standard_input(const std::filesystem::path& file) {
    OVERNIGHT_TRY_ASSIGN(auto out,
                         jsonl::DurableFile::create(file, jsonl::Replace::yes, 0600, "input"));
    OVERNIGHT_TRY(read_standard_input([&](std::string_view bytes) { return out.write(bytes); }));
    return std::move(out).commit();
}

core::Result<jsonl::Fd> copy_standard_input_unnamed(const std::filesystem::path& folder) {
    const auto failed = [&] {
        return jsonl::system_error(errno, "cannot keep standard input in " + jsonl::shown(folder),
                                   core::Errc::unavailable);
    };
    jsonl::Fd fd(::open(folder.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600));
    if (!fd) return failed();
    OVERNIGHT_TRY(read_standard_input([&](std::string_view bytes) -> core::Result<> {
        while (!bytes.empty()) {
            const ssize_t n = ::write(fd.get(), bytes.data(), bytes.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return failed();
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
        return {};
    }));
    return fd;
}

}  // namespace overnight::submitter
