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

}  // namespace overnight::store
