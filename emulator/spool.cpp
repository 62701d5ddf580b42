// Bodies on disk.
#include "emulator/spool.hpp"

#include "emulator/disk.hpp"

#include <algorithm>

namespace overnight::emulator {

SpooledBody::~SpooledBody() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

core::Result<std::shared_ptr<const SpooledBody>> spool(net::BodyReader& body,
                                                       std::filesystem::path path,
                                                       std::uint64_t max_bytes) {
    auto spooled = std::make_shared<SpooledBody>(std::move(path));
    OVERNIGHT_TRY_ASSIGN(FileWriter file, FileWriter::create(spooled->path()));
    std::string buffer(256 * 1024, '\0');
    while (true) {
        OVERNIGHT_TRY_ASSIGN(const std::size_t n, body.read(buffer.data(), buffer.size()));
        if (n == 0) break;
        const std::uint64_t room = max_bytes - std::min(max_bytes, spooled->bytes_);
        const auto kept = static_cast<std::size_t>(std::min<std::uint64_t>(n, room));
        if (kept > 0) OVERNIGHT_TRY(file.append(std::string_view(buffer).substr(0, kept)));
        spooled->bytes_ += n;
    }
    OVERNIGHT_TRY(file.flush());
    return std::shared_ptr<const SpooledBody>(std::move(spooled));
}

}  // namespace overnight::emulator
