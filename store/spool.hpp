// Names of spool files that the store does not keep in rows.
#pragma once

#include "store/store.hpp"

#include <filesystem>
#include <string>

namespace overnight::store {

/// The batch as the provider described it when it had ended, beside the result files:
/// "0003-1.batch.json".
inline std::filesystem::path batch_file(const Store& store, const model::AttemptKey& key) {
    std::string name = store.shard_file(key).string();
    name.resize(name.size() - std::string_view(".jsonl").size());
    return name + ".batch.json";
}

/// Of an attempt that is sent line by line: which lines went out, "0003-1.sent".
inline std::filesystem::path sent_file(const Store& store, const model::AttemptKey& key) {
    std::string name = store.shard_file(key).string();
    name.resize(name.size() - std::string_view(".jsonl").size());
    return name + ".sent";
}
/// Its replies so far, "0003-1.output.part": the output file once every line has one.
inline std::filesystem::path part_file(const Store& store, const model::AttemptKey& key) {
    std::string name = store.shard_file(key).string();
    name.resize(name.size() - std::string_view(".jsonl").size());
    return name + ".output.part";
}

}  // namespace overnight::store
