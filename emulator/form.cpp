// Forms with a file.
#include "emulator/form.hpp"

namespace overnight::emulator {

namespace {

constexpr std::size_t max_field_bytes = 64 * 1024;

class FormSink final : public PartSink {
public:
    FormSink(Form& form, std::string_view file_field, FileWriter& file, std::uint64_t max_bytes)
        : form_(form), file_field_(file_field), file_(file), max_bytes_(max_bytes) {}

    core::Result<> begin_part(const PartHead& head) override {
        in_file_ = head.name == file_field_;
        if (in_file_) {
            if (form_.has_file)
                return core::Error(core::Errc::invalid_input, "the form has two files");
            form_.has_file = true;
            form_.filename = head.filename.value_or("");
        } else {
            field_ = &form_.fields[head.name];
            field_->clear();
        }
        return {};
    }
    core::Result<> part_data(std::string_view bytes) override {
        if (!in_file_) {
            if (field_->size() + bytes.size() > max_field_bytes) {
                return core::Error(core::Errc::invalid_input, "a field of the form is too long");
            }
            *field_ += bytes;
            return {};
        }
        form_.bytes += bytes.size();
        if (form_.bytes > max_bytes_) {
            form_.too_large = true;
            return {};
        }
        return file_.append(bytes);
    }
    core::Result<> end_part() override {
        return in_file_ && !form_.too_large ? file_.flush() : core::Result<>();
    }

private:
    Form& form_;
    std::string_view file_field_;
    FileWriter& file_;
    std::uint64_t max_bytes_;
    std::string* field_ = nullptr;
    bool in_file_ = false;
};

}  // namespace

std::string_view Form::field(std::string_view name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

core::Result<Form> read_form(std::string_view content_type,
                             net::BodyReader& body,
                             std::string_view file_field,
                             const std::filesystem::path& blob,
                             std::uint64_t max_bytes) {
    const auto boundary = multipart_boundary(content_type);
    if (!boundary)
        return core::Error(core::Errc::invalid_input, "the body is not multipart/form-data");
    OVERNIGHT_TRY_ASSIGN(FileWriter file, FileWriter::create(blob));
    Form form;
    FormSink sink(form, file_field, file, max_bytes);
    MultipartParser parser(*boundary, sink);
    std::string buffer(256 * 1024, '\0');
    while (true) {
        OVERNIGHT_TRY_ASSIGN(const std::size_t n, body.read(buffer.data(), buffer.size()));
        if (n == 0) break;
        OVERNIGHT_TRY(parser.feed(std::string_view(buffer).substr(0, n)));
    }
    OVERNIGHT_TRY(parser.finish());
    return form;
}

}  // namespace overnight::emulator
