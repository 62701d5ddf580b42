// From row texts to request lines: prompts encoded, packs closed in time, bodies shared by all
// packs of one size.
#pragma once

#include "core/error.hpp"
#include "core/ids.hpp"
#include "providers/job_spec.hpp"
#include "recipe/packing.hpp"
#include "submitter/shard_writer.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace overnight::submitter {

/// The bodies of a job's requests, made once for each pack size.
class BodyCache {
public:
    explicit BodyCache(const providers::JobSpec& spec) : spec_(spec) {}
    core::Result<const providers::BodyTemplate*> get(std::uint32_t rows,
                                                     std::uint32_t output_factor);
    /// Estimated tokens of what all rows of a request share.
    core::Result<std::uint64_t> shared_tokens(std::uint32_t rows);

private:
    const providers::JobSpec& spec_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, providers::BodyTemplate> bodies_;
};

/// The limits of one pack under the recipe, the provider and `rows` (a lowered pack size; 0: the
/// recipe's).
core::Result<recipe::PackLimits> pack_limits(const providers::JobSpec& spec,
                                             BodyCache& bodies,
                                             std::uint32_t rows);

/// Gathers rows into packs and gives them to a ShardWriter.
class PackWriter {
public:
    PackWriter(const providers::JobSpec& spec,
               BodyCache& bodies,
               ShardWriter& shards,
               recipe::PackLimits limits);
    core::Result<> add(core::RowNo row, std::string_view text);
    core::Result<> flush();
    /// Of the packs to come; flush first. `output_factor` multiplies the recipe's output limit.
    void set_limits(recipe::PackLimits limits, std::uint32_t output_factor);

private:
    core::Result<> send();

    const providers::JobSpec& spec_;
    BodyCache& bodies_;
    ShardWriter& shards_;
    recipe::Packer packer_;
    std::uint32_t output_factor_ = 1;
    std::vector<core::RowNo> rows_;
    std::string first_text_;  ///< a pack that ends with one row is that row's text itself
    std::string prompt_;
    std::string encoded_;
};

}  // namespace overnight::submitter
