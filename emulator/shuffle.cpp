// Result lines in another order than they were made in.
#include "emulator/run.hpp"

#include <algorithm>
#include <vector>

namespace overnight::emulator {

namespace {

struct Span {
    std::uint64_t offset = 0;
    std::size_t bytes = 0;
};

core::Result<std::vector<Span>> spans_of(const std::filesystem::path& path) {
    OVERNIGHT_TRY_ASSIGN(Descriptor file, open_for_reading(path));
    LineReader lines(std::move(file));
    std::vector<Span> spans;
    std::uint64_t offset = 0;
    while (true) {
        OVERNIGHT_TRY_ASSIGN(const auto line, lines.next());
        if (!line) return spans;
        spans.push_back({offset, line->size() + 1});
        offset += line->size() + 1;
    }
}

}  // namespace

core::Result<> shuffle_lines(const std::filesystem::path& path, std::uint64_t seed) {
    OVERNIGHT_TRY_ASSIGN(std::vector<Span> spans, spans_of(path));
    Random random(seed);
    for (std::size_t i = spans.size(); i > 1; --i)
        std::swap(spans[i - 1], spans[random.below(i)]);
    std::filesystem::path shuffled = path;
    shuffled += ".shuffled";
    OVERNIGHT_TRY_ASSIGN(Descriptor from, open_for_reading(path));
    OVERNIGHT_TRY_ASSIGN(FileWriter to, FileWriter::create(shuffled));
    std::string line;
    for (const Span& span : spans) {
        line.resize(span.bytes);
        OVERNIGHT_TRY_ASSIGN(const std::size_t have,
                             read_at(from, line.data(), span.bytes, span.offset));
        line.resize(have);
        OVERNIGHT_TRY(to.append(line));
    }
    OVERNIGHT_TRY(to.flush());
    std::error_code error;
    std::filesystem::rename(shuffled, path, error);
    if (error)
        return core::Error(core::Errc::internal,
                           "cannot rename " + shuffled.string() + ": " + error.message());
    return {};
}

}  // namespace overnight::emulator
