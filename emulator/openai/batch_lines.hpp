// Batches and their result lines as OpenAI has them (providers/openai.md 3, 4). Those who took
// over the files and lines say here what they changed.
#pragma once

#include "emulator/batch_format.hpp"
#include "emulator/openai/validate.hpp"

namespace overnight::emulator::openai {

class BatchLines : public BatchFormat {
public:
    std::string new_id() const override { return new_hex_id("batch_"); }
    void adapt(const Batch& batch, Behaviour& behaviour) const override;
    core::Result<Validation> validate(LineReader& lines, const Batch& batch) const override;
    BatchError input_gone(const Batch& batch) const override;
    std::optional<BatchError> over_token_limit(const Batch& batch,
                                               std::uint64_t limit) const override;
    void make_foreign(Batch& batch) const override;

    LineNames line_names() const override { return {"custom_id", "body"}; }
    void put_result(std::string& out, const ResultLine& line) const override;
    ResultFile file_of(const Executed& result) const override;
    void put_unrun(std::string& out, const UnrunLine& line) const override;
    ResultFile unrun_file() const override { return ResultFile::errors; }
    ApiError line_failure(int status) const override;
    std::string_view stray_answer() const override;
    std::optional<FileObject> result_file(const Batch& batch, ResultFile which) const override;

protected:
    /// What an input line must have.
    virtual LineRules rules(const Batch&) const { return {}; }
    /// The body of a line that failed.
    virtual void put_error(std::string& out, const ApiError& error) const;
};

}  // namespace overnight::emulator::openai
