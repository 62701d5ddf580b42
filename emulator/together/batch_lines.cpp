// Batches and their lines: OpenAI's but for what stands here (providers/others.md 1).
#include "emulator/openai/batch_lines.hpp"

#include "emulator/together/dialect.hpp"

namespace overnight::emulator::together {

namespace {

class BatchLines final : public openai::BatchLines {
public:
    std::string new_id() const override { return new_uuid(); }

    void make_foreign(Batch& batch) const override {
        openai::BatchLines::make_foreign(batch);
        batch.metadata = "null";
        batch.model = "meta-llama/Llama-3.3-70B-Instruct-Turbo";
    }

protected:
    openai::LineRules rules(const Batch&) const override {
        openai::LineRules rules;
        rules.target = openai::LineRules::Target::optional;
        return rules;
    }
};

}  // namespace

const BatchFormat& batch_format() noexcept {
    static const BatchLines format;
    return format;
}

}  // namespace overnight::emulator::together
