// A request's body as one stream of bytes, from memory and from files.
#pragma once

#include "core/error.hpp"
#include "model/http.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace overnight::net {

class BodySource {
public:
    /// Opens every file and checks that it is long enough, so that a missing file is found before
    /// anything is sent. The pieces outlive the source. Errc::invalid_input.
    static core::Result<BodySource> open(const std::vector<model::BodyPiece>& pieces);

    BodySource(BodySource&& other) noexcept = default;
    BodySource& operator=(BodySource&&) = delete;
    ~BodySource();

    /// Up to `size` bytes, as many as there are; 0 at the end.
    core::Result<std::size_t> read(char* to, std::size_t size);
    std::uint64_t left() const noexcept { return left_; }

private:
    struct File {
        int fd;
        std::uint64_t offset;
        std::uint64_t length;
        const std::string* path;
        model::Lines lines;
    };
    using Piece = std::variant<std::string_view, File>;

    BodySource() = default;
    core::Result<> open_file(const model::FilePiece& piece);
    static core::Result<std::size_t> take(std::string_view& text, char* to, std::size_t size);
    static core::Result<std::size_t> take(File& file, char* to, std::size_t size);

    std::vector<Piece> pieces_;
    std::size_t at_ = 0;
    std::uint64_t left_ = 0;
};

}  // namespace overnight::net
