#include "submitter/requests.hpp"

#include "jsonl/json_text.hpp"

#include <algorithm>

namespace overnight::submitter {
namespace {

using providers::PromptForm;

constexpr std::uint64_t tokens_around_a_row = 8;  // {"r12":"..."} and a newline

}  // namespace

core::Result<const providers::BodyTemplate*> BodyCache::get(std::uint32_t rows,
                                                            std::uint32_t output_factor) {
    // Lists have one body whatever their length.
    if (spec_.caps.form == PromptForm::list) rows = 1;
    const auto key = std::make_pair(rows, output_factor);
    if (const auto found = bodies_.find(key); found != bodies_.end()) return &found->second;
    providers::BodySpec body;
    body.endpoint = spec_.endpoint;
    body.model = spec_.recipe.model;
    body.parameters = spec_.recipe.parameters;
    body.output_factor = output_factor;
    if (spec_.caps.form == PromptForm::text) {
        body.instructions = recipe::pack_instructions(spec_.recipe.instructions, rows);
        body.schema = spec_.shape.request_schema(rows);
    }
    OVERNIGHT_TRY_ASSIGN(auto made, spec_.adapter->body(body));
    return &bodies_.emplace(key, std::move(made)).first->second;
}

core::Result<std::uint64_t> BodyCache::shared_tokens(std::uint32_t rows) {
    OVERNIGHT_TRY_ASSIGN(const auto* body, get(rows, 1));
    return recipe::estimate_tokens(body->before) + recipe::estimate_tokens(body->after);
}

core::Result<recipe::PackLimits> pack_limits(const providers::JobSpec& spec,
                                             BodyCache& bodies,
                                             std::uint32_t rows) {
    recipe::PackLimits limits;
    limits.rows = rows == 0 ? spec.recipe.pack_rows : std::min(rows, spec.recipe.pack_rows);
    limits.input_tokens = spec.recipe.pack_tokens;
    if (spec.caps.form == PromptForm::list) {
        limits.rows = std::min(limits.rows, spec.caps.max_inputs_per_request);
        limits.input_tokens = std::min(limits.input_tokens, spec.caps.max_tokens_per_request);
    }
    OVERNIGHT_TRY_ASSIGN(limits.shared_tokens, bodies.shared_tokens(limits.rows));
    return limits;
}

PackWriter::PackWriter(const providers::JobSpec& spec,
                       BodyCache& bodies,
                       ShardWriter& shards,
                       recipe::PackLimits limits)
    : spec_(spec), bodies_(bodies), shards_(shards), packer_(limits) {}

void PackWriter::set_limits(recipe::PackLimits limits, std::uint32_t output_factor) {
    packer_ = recipe::Packer(limits);
    output_factor_ = output_factor;
}

core::Result<> PackWriter::add(core::RowNo row, std::string_view text) {
    const std::uint64_t tokens = recipe::estimate_tokens(text) + tokens_around_a_row;
    if (packer_.must_close_before(tokens)) OVERNIGHT_TRY(send());
    const auto place = static_cast<std::uint32_t>(rows_.size());
    if (spec_.caps.form == PromptForm::list) {
        if (place > 0) encoded_.push_back(',');
        jsonl::append_json_string(encoded_, text);
    } else if (place == 0) {
        first_text_.assign(text);
    } else {
        if (place == 1) recipe::append_pack_row(prompt_, 0, first_text_);
        recipe::append_pack_row(prompt_, place, text);
    }
    rows_.push_back(row);
    packer_.take(tokens);
    if (packer_.full()) return send();
    return {};
}

core::Result<> PackWriter::flush() {
    return send();
}

core::Result<> PackWriter::send() {
    if (rows_.empty()) return {};
    const auto rows = static_cast<std::uint32_t>(rows_.size());
    const bool list = spec_.caps.form == PromptForm::list;
    OVERNIGHT_TRY_ASSIGN(const auto* body, bodies_.get(rows, output_factor_));
    std::string_view prompt = encoded_;
    if (!list) {
        encoded_.clear();
        jsonl::append_json_string(encoded_, rows == 1 ? first_text_ : prompt_);
        prompt =
            std::string_view(encoded_).substr(1, encoded_.size() - 2);  // the inside of the string
    }
    const LineCost cost{list ? rows : 1, packer_.tokens()};
    OVERNIGHT_TRY(shards_.add(rows_, cost, [&](std::string& out, std::string_view custom_id) {
        spec_.adapter->append_line(out, custom_id, spec_.endpoint, *body, prompt);
    }));
    rows_.clear();
    prompt_.clear();
    encoded_.clear();
    packer_.reset();
    return {};
}

}  // namespace overnight::submitter
