#include "submitter/row_texts.hpp"

#include "recipe/packing.hpp"

namespace overnight::submitter {

core::Result<> RowTexts::open_shard(core::ShardNo shard, std::uint16_t attempt) {
    const model::AttemptKey key{job_, shard, attempt};
    if (open_ == key) return {};
    open_.reset();
    request_.reset();
    OVERNIGHT_TRY_ASSIGN(manifest_, store::Manifest::read(store_.manifest_file(key.shard_key())));
    OVERNIGHT_TRY_ASSIGN(auto file, jsonl::RandomReader::open(store_.shard_file(key)));
    OVERNIGHT_TRY_ASSIGN(file_bytes_, file.size());
    file_.emplace(std::move(file));
    open_ = key;
    return {};
}

core::Result<std::string_view> RowTexts::line(const model::TryRecord& where) {
    OVERNIGHT_TRY(open_shard(where.shard, where.attempt));
    if (where.request >= manifest_.requests())
        return core::Error(core::Errc::corrupt, file_->path().string() + ": it has no request " +
                                                    std::to_string(where.request));
    OVERNIGHT_TRY(file_->read(manifest_.offset_of(where.request),
                              manifest_.length_of(where.request, file_bytes_), line_));
    return std::string_view(line_);
}

core::Result<std::string_view> RowTexts::text(const model::TryRecord& where) {
    OVERNIGHT_TRY(open_shard(where.shard, where.attempt));
    if (request_ != where.request) {
        request_.reset();
        OVERNIGHT_TRY_ASSIGN(const auto whole, line(where));
        OVERNIGHT_TRY_ASSIGN(texts_, spec_.adapter->read_prompt(whole));
        const auto rows = static_cast<std::uint32_t>(manifest_.rows_of(where.request).size());
        if (spec_.caps.form == providers::PromptForm::text && rows > 1) {
            if (texts_.size() != 1)
                return core::Error(core::Errc::corrupt, "a pack without a prompt in the spool");
            const std::string prompt = std::move(texts_.front());
            OVERNIGHT_TRY_ASSIGN(texts_, recipe::split_pack_prompt(prompt, rows));
        }
        if (texts_.size() != rows)
            return core::Error(core::Errc::corrupt,
                               file_->path().string() + ": request " +
                                   std::to_string(where.request) +
                                   " does not hold the rows that its manifest names");
        request_ = where.request;
    }
    if (where.place >= texts_.size())
        return core::Error(core::Errc::corrupt, "a row's place is not in its request");
    return std::string_view(texts_[where.place]);
}

}  // namespace overnight::submitter
