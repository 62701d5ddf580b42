// Reading of a create, with its requests going to disk one by one.
#include "emulator/gemini/create_body.hpp"

#include "emulator/disk.hpp"
#include "emulator/gemini/errors.hpp"
#include "emulator/gemini/field_name.hpp"
#include "emulator/json_text.hpp"
#include "emulator/json_walk.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace overnight::emulator::gemini {

namespace od = simdjson::ondemand;

namespace {

constexpr std::array<std::string_view, 1> body_fields{"batch"};
constexpr std::array<std::string_view, 6> batch_fields{
    "model", "name", "display_name", "input_config", "priority", "webhook_config"};
constexpr std::array<std::string_view, 2> input_fields{"file_name", "requests"};
constexpr std::array<std::string_view, 1> list_fields{"requests"};
constexpr std::array<std::string_view, 2> request_fields{"request", "metadata"};

// Blanks between the tokens of a request may be line ends; inside texts they are escaped.
std::string one_line(std::string_view json) {
    std::string line(json);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return line;
}

// The raw text of an object runs to the next token.
std::string_view object_text(od::value value) {
    const std::string_view raw = raw_of(value);
    return raw.substr(0, raw.rfind('}') + 1);
}

std::string_view scalar_or_raw(od::value value) {
    std::string_view raw;
    return simdjson::to_json_string(value).get(raw) == simdjson::SUCCESS ? raw : "null";
}

class Reading {
public:
    explicit Reading(std::optional<FileWriter>& lines, const std::filesystem::path& path)
        : lines_(lines), path_(path) {}

    core::Result<CreateBody> run(od::value root) {
        bool has_batch = false;
        metadata_ = '{';
        fields(root, "", body_fields, [&](std::string_view, od::value batch) {
            has_batch = true;
            read_batch(batch);
        });
        if (!failure_) return std::move(failure_).error();
        if (!has_batch || (body_.file_name.empty() && !lines_))
            return invalid(
                "The batch needs exactly one of input_config.file_name and "
                "input_config.requests.");
        if (lines_) OVERNIGHT_TRY(lines_->flush());
        if (lines_ && !body_.file_name.empty())
            return invalid(
                "Only one of input_config.file_name and input_config.requests can be "
                "set.");
        if (lines_ && body_.requests == 0)
            return invalid("* CreateBatchRequest.batch.input_config.requests: must not be empty");
        body_.metadata = metadata_ + '}';
        return std::move(body_);
    }

private:
    static core::Error invalid(std::string what) {
        return {core::Errc::invalid_input, std::move(what)};
    }
    void fail(std::string what) {
        if (failure_) failure_ = invalid(std::move(what));
    }

    template <class Visit>
    void fields(od::value message,
                std::string_view at,
                std::span<const std::string_view> known,
                const Visit& visit) {
        if (!failure_) return;
        if (!is(message, od::json_type::object))
            return fail("Invalid value at '" + std::string(at) + "'");
        members(message, [&](std::string_view key, od::value value) {
            if (!failure_) return;
            const std::string snake = snake_case(key);
            if (!has_field(known, snake)) return fail(unknown_field(key, at).message);
            visit(std::string_view(snake), value);
        });
    }

    void read_batch(od::value batch) {
        fields(batch, "batch", batch_fields, [&](std::string_view key, od::value value) {
            if (key == "input_config") return read_input(value);
            if (key == "display_name") {
                if (!is(value, od::json_type::string))
                    return fail("Invalid value at 'batch.display_name'");
                body_.display_name = text_of(value);
            }
            if (metadata_.size() > 1) metadata_ += ',';
            put_json(metadata_, key);
            metadata_ += ':';
            if (key == "display_name") {
                put_json(metadata_, body_.display_name);
            } else {
                const std::string_view raw = scalar_or_raw(value);
                metadata_ += one_line(raw);
            }
        });
    }

    void read_input(od::value input) {
        fields(input, "batch.input_config", input_fields,
               [&](std::string_view key, od::value value) {
                   if (key == "file_name") {
                       body_.file_name = text_of(value);
                   } else {
                       read_requests(value);
                   }
               });
    }

    void read_requests(od::value list) {
        auto writer = FileWriter::create(path_);
        if (!writer) {
            failure_ = std::move(writer).error();
            return;
        }
        lines_ = std::move(*writer);
        fields(list, "batch.input_config.requests", list_fields,
               [&](std::string_view, od::value requests) {
                   if (!is(requests, od::json_type::array))
                       return fail("Invalid value at 'batch.input_config.requests.requests'");
                   elements(requests, [&](od::value one) { read_request(one); });
               });
    }

    void read_request(od::value inlined) {
        std::string request;
        std::string metadata;
        fields(inlined, "batch.input_config.requests.requests", request_fields,
               [&](std::string_view key, od::value value) {
                   if (!is(value, od::json_type::object))
                       return fail("Invalid value at '" + std::string(key) + "'");
                   (key == "request" ? request : metadata) = one_line(object_text(value));
               });
        if (!failure_) return;
        ++body_.requests;
        line_.clear();
        ObjectWriter line(line_);
        if (const auto key = key_in(metadata)) line.text("key", *key);
        if (!request.empty()) line.raw("request", request);
        if (!metadata.empty()) line.raw("metadata", metadata);
        line.end();
        line_ += '\n';
        failure_ = lines_->append(line_);
    }

    // The members of a message cannot be had once its text has been taken: a second look.
    std::optional<std::string> key_in(std::string_view metadata) {
        if (metadata.empty()) return std::nullopt;
        const simdjson::padded_string text(metadata);
        od::document document;
        od::value root;
        std::optional<std::string> found;
        if (parser_.iterate(text).get(document) != simdjson::SUCCESS ||
            document.get_value().get(root) != simdjson::SUCCESS)
            return found;
        members(root, [&](std::string_view key, od::value value) {
            if (key == "key" && is(value, od::json_type::string)) found = text_of(value);
        });
        return found;
    }

    std::optional<FileWriter>& lines_;
    const std::filesystem::path& path_;
    od::parser parser_;
    CreateBody body_;
    std::string metadata_;
    std::string line_;
    core::Result<> failure_;
};

}  // namespace

core::Result<CreateBody> read_create_body(std::string_view json,
                                          const std::filesystem::path& inlined) {
    const simdjson::padded_string text(json);
    simdjson::dom::parser whole;
    simdjson::dom::element checked;
    od::parser parser;
    od::document document;
    od::value root;
    // On-demand parsing looks only at what is asked for: that all of it is JSON is another look.
    if (whole.parse(text).get(checked) != simdjson::SUCCESS || !checked.is_object() ||
        parser.iterate(text).get(document) != simdjson::SUCCESS ||
        document.get_value().get(root) != simdjson::SUCCESS)
        return core::Error(core::Errc::invalid_input,
                           "Invalid JSON payload received. Expected an object.");
    std::optional<FileWriter> lines;
    return Reading(lines, inlined).run(root);
}

}  // namespace overnight::emulator::gemini
