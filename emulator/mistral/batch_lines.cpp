// Jobs and their result lines: OpenAI's but for what stands here (providers/others.md 1).
#include "emulator/openai/batch_lines.hpp"

#include "emulator/json_text.hpp"
#include "emulator/mistral/dialect.hpp"
#include "emulator/mistral/replies.hpp"

namespace overnight::emulator::mistral {

namespace {

constexpr std::uint64_t max_pending_requests = 1'000'000;

class BatchLines final : public openai::BatchLines {
public:
    std::string new_id() const override { return new_uuid(); }
    bool names_model() const override { return true; }

    void make_foreign(Batch& batch) const override {
        openai::BatchLines::make_foreign(batch);
        batch.input_file_id = new_uuid();
        batch.inputs = "[\"" + batch.input_file_id + "\"]";
        batch.model = "mistral-small-latest";
        batch.output_file_id = new_uuid();
    }

    // What never ran has no line: a job that timed out or was cancelled has the answers that it
    // got.
    void put_unrun(std::string&, const UnrunLine&) const override {}

    std::optional<FileObject> result_file(const Batch& batch, ResultFile which) const override {
        auto file = openai::BatchLines::result_file(batch, which);
        file->id = new_uuid();
        file->mime_type = "application/jsonl";
        return file;
    }

protected:
    openai::LineRules rules(const Batch& batch) const override {
        openai::LineRules rules;
        rules.target = openai::LineRules::Target::optional;
        rules.custom_id = openai::LineRules::CustomId::optional;
        rules.max_lines = max_pending_requests;
        rules.model = batch.model;
        return rules;
    }

    void put_error(std::string& out, const ApiError& error) const override {
        put_flat_error(out, error);
    }
};

}  // namespace

const BatchFormat& batch_format() noexcept {
    static const BatchLines format;
    return format;
}

}  // namespace overnight::emulator::mistral
