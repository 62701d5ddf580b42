// Any bytes as a table. The first byte chooses the format, the second the size of the reads.
#include "core/bytes.hpp"
#include "core/text.hpp"
#include "jsonl/record.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace overnight;
    if (size < 2) return 0;
    const auto format = static_cast<jsonl::Format>(data[0] % 3);
    const std::string content(reinterpret_cast<const char*>(data) + 2, size - 2);
    const int fd = ::memfd_create("table", MFD_CLOEXEC);
    if (fd < 0 ||
        ::write(fd, content.data(), content.size()) != static_cast<ssize_t>(content.size()))
        std::abort();
    {
        jsonl::Limits limits;
        limits.read_bytes = data[1] == 0 ? 256u << 10 : data[1];
        limits.record_bytes = 4096;
        limits.empty = jsonl::EmptyInput::accept;
        auto reader =
            jsonl::RecordReader::open("/proc/self/fd/" + std::to_string(fd), format, limits);
        jsonl::Record record;
        bool ended = false;
        while (reader) {
            const auto more = reader->next(record);
            ended = more && !*more;
            if (!more || ended) break;
            if (record.raw != std::string_view(content).substr(record.offset, record.raw.size()))
                std::abort();
            for (const auto& field : record.fields)
                if (!core::valid_utf8(field.name) || !core::valid_utf8(field.value)) std::abort();
        }
        if (ended && (reader->bytes_read() != content.size() ||
                      reader->content_crc() != core::crc32c(content)))
            std::abort();
    }
    ::close(fd);
    return 0;
}
