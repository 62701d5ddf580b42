// multipart/related with two parts.
#include "emulator/gemini/related.hpp"

#include "emulator/multipart.hpp"

namespace overnight::emulator::gemini {

namespace {

constexpr std::size_t max_message_bytes = 64 * 1024;

class RelatedSink final : public PartSink {
public:
    explicit RelatedSink(HashedBlob& blob) : blob_(blob) {}

    core::Result<> begin_part(const PartHead& head) override {
        ++parts_;
        if (parts_ == 2) mime_type_ = head.content_type;
        if (parts_ > 2)
            return core::Error(core::Errc::invalid_input, "The body has more than two parts.");
        return {};
    }
    core::Result<> part_data(std::string_view bytes) override {
        if (parts_ == 2) return blob_.append(bytes);
        if (message_.size() + bytes.size() > max_message_bytes)
            return core::Error(core::Errc::invalid_input, "The message is too long.");
        message_ += bytes;
        return {};
    }
    core::Result<> end_part() override { return {}; }

    core::Result<FileSpec> finish() const {
        if (parts_ != 2)
            return core::Error(core::Errc::invalid_input,
                               "The body must have two parts: a message and the file.");
        OVERNIGHT_TRY_ASSIGN(FileSpec spec, read_file_spec(message_));
        if (!mime_type_.empty()) spec.mime_type = mime_type_;
        return spec;
    }

private:
    HashedBlob& blob_;
    unsigned parts_ = 0;
    std::string message_;
    std::string mime_type_;
};

}  // namespace

core::Result<FileSpec> read_related(std::string_view content_type,
                                    net::BodyReader& body,
                                    HashedBlob& blob) {
    const auto boundary = multipart_boundary(content_type, "multipart/related");
    if (!boundary)
        return core::Error(core::Errc::invalid_input, "The body is not multipart/related.");
    RelatedSink sink(blob);
    MultipartParser parser(*boundary, sink, PartNames::absent);
    std::string buffer(256 * 1024, '\0');
    while (true) {
        OVERNIGHT_TRY_ASSIGN(const std::size_t n, body.read(buffer.data(), buffer.size()));
        if (n == 0) break;
        OVERNIGHT_TRY(parser.feed(std::string_view(buffer).substr(0, n)));
    }
    OVERNIGHT_TRY(parser.finish());
    return sink.finish();
}

}  // namespace overnight::emulator::gemini
