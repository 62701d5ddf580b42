#include "store/store.hpp"

#include "jsonl/fd.hpp"
#include "model/custom_id.hpp"
#include "store/impl.hpp"
#include "store/place.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <sys/stat.h>

namespace overnight::store {

using core::Errc;
using core::Error;
using core::Result;

namespace {

constexpr std::uint8_t the_installation = 0;  ///< key of the one row of installation/1

std::string attempt_name(const model::AttemptKey& key) {
    char text[32];
    std::snprintf(text, sizeof text, "%04u-%u", key.shard.v, unsigned{key.attempt});
    return text;
}

/// A store that is gone must not become a new, empty one: it would not know what was paid for.
Result<> check_presence(const std::filesystem::path& dir) {
    OVERNIGHT_TRY_ASSIGN(const auto epoch, read_epoch(dir));
    std::error_code none;
    const auto size = std::filesystem::file_size(dir / "store" / "data.mdb", none);
    if (!epoch || (!none && size > 0)) return {};
    return Error(Errc::corrupt, jsonl::shown(dir / "store" / "data.mdb") +
                                    " is gone or empty, but " + jsonl::shown(dir / "epoch") +
                                    " says that there was a store: restore a backup, or move the "
                                    "whole folder away to start anew");
}

InstallationRow new_installation() {
    InstallationRow row;
    row.id = model::new_installation_id();
    row.created = std::chrono::time_point_cast<core::Duration>(std::chrono::system_clock::now());
    return row;
}

}  // namespace

Store::Store() : impl_(std::make_unique<Impl>()) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& state_dir,
                                           StoreOptions options) {
    const auto any = options.allow_any_filesystem ? AnyFilesystem::allow : AnyFilesystem::refuse;
    OVERNIGHT_TRY(prepare_place(state_dir, any));
    OVERNIGHT_TRY(check_presence(state_dir));
    std::unique_ptr<Store> store(new Store);
    Impl& impl = *store->impl_;
    impl.dir = state_dir;
    OVERNIGHT_TRY_ASSIGN(
        impl.env, Env::open(state_dir / "store", options.map_bytes, options.writer_patience));
    int major = 0;
    int minor = 0;
    int patch = 0;
    mdb_version(&major, &minor, &patch);
    if (auto warning = lmdb_version_warning(major, minor, patch); !warning.empty())
        impl.warnings.push_back(std::move(warning));
    OVERNIGHT_TRY(impl.open_tables());
    OVERNIGHT_TRY(impl.open_installation());
    return store;
}

Result<> Store::Impl::open_tables() {
    bool is_new = false;
    {
        OVERNIGHT_TRY_ASSIGN(auto txn, read());
        auto counters = tables.counters.open(txn, Missing::refuse);
        is_new = !counters && counters.error().code() == Errc::not_found;
        if (!is_new) {
            OVERNIGHT_TRY(std::move(counters));
            OVERNIGHT_TRY_ASSIGN(const auto version, tables.counters.get(txn, Counter::schema));
            if (!version || version->v != schema_version)
                return Error(
                    Errc::corrupt,
                    "the state is of version " + std::to_string(version ? version->v : 0) +
                        " and this program knows version " + std::to_string(schema_version) +
                        ": install the version of overnight that wrote it, or a newer one");
            OVERNIGHT_TRY(
                tables.for_each([&](auto& table) { return table.open(txn, Missing::refuse); }));
        }
        OVERNIGHT_TRY(std::move(txn).keep_tables());
    }
    if (!is_new) return {};
    OVERNIGHT_TRY_ASSIGN(auto txn, write());
    OVERNIGHT_TRY(tables.for_each([&](auto& table) { return table.open(txn, Missing::create); }));
    OVERNIGHT_TRY(tables.counters.put(txn, Counter::schema, {schema_version}));
    return std::move(txn).commit();
}

Result<> Store::Impl::open_installation() {
    OVERNIGHT_TRY_ASSIGN(const auto epoch, read_epoch(dir));
    struct stat data {};
    if (::stat((dir / "store" / "data.mdb").c_str(), &data) != 0)
        return jsonl::system_error(errno, "cannot look at the store", Errc::unavailable);
    InstallationRow row;
    const auto count_up = [&]() -> Result<> {
        OVERNIGHT_TRY_ASSIGN(auto txn, write());
        OVERNIGHT_TRY_ASSIGN(const auto stored, tables.installations.get(txn, the_installation));
        row = stored ? *stored : new_installation();
        if (epoch && *epoch > row.generation) {
            row.doubt = "the store is of generation " + std::to_string(row.generation) +
                        " but had reached " + std::to_string(*epoch) +
                        ": it was restored from a backup and may not know batches that exist";
            row.generation = *epoch;
        } else if (stored && row.data_inode != data.st_ino) {
            row.doubt =
                "the store's file was copied or restored: batches may exist that it does "
                "not know, or another copy of it may be in use";
        }
        row.data_inode = data.st_ino;
        ++row.generation;
        OVERNIGHT_TRY(tables.installations.put(txn, the_installation, row));
        OVERNIGHT_TRY(std::move(txn).commit());
        return write_epoch(dir, row.generation);
    };
    if (auto counted = count_up(); !counted) {
        if (counted.error().code() != Errc::out_of_space || row.id.empty()) return counted;
        warnings.push_back("the state can be read but not written: " + counted.error().describe());
    }
    if (!row.doubt.empty()) warnings.push_back(row.doubt);
    installation = {row.id, row.generation, row.created, row.doubt};
    return {};
}

Result<> Store::clear_doubt() {
    OVERNIGHT_TRY_ASSIGN(auto txn, impl_->write());
    OVERNIGHT_TRY_ASSIGN(auto row, impl_->tables.installations.get(txn, the_installation));
    if (!row) return Error(Errc::corrupt, "the store has no installation");
    row->doubt.clear();
    OVERNIGHT_TRY(impl_->tables.installations.put(txn, the_installation, *row));
    OVERNIGHT_TRY(std::move(txn).commit());
    impl_->installation.doubt.clear();
    return {};
}

const Installation& Store::installation() const noexcept {
    return impl_->installation;
}
const std::filesystem::path& Store::state_dir() const noexcept {
    return impl_->dir;
}
std::vector<std::string> Store::warnings() const {
    return impl_->warnings;
}

std::filesystem::path Store::spool_dir(core::JobId job) const {
    return impl_->spool(job);
}
std::filesystem::path Store::results_dir() const {
    return impl_->results();
}
std::filesystem::path Store::shard_file(const model::AttemptKey& key) const {
    return impl_->spool(key.job) / (attempt_name(key) + ".jsonl");
}
std::filesystem::path Store::output_file(const model::AttemptKey& key) const {
    return impl_->spool(key.job) / (attempt_name(key) + ".output.jsonl");
}
std::filesystem::path Store::error_file(const model::AttemptKey& key) const {
    return impl_->spool(key.job) / (attempt_name(key) + ".errors.jsonl");
}
std::filesystem::path Store::manifest_file(const model::ShardKey& key) const {
    char text[32];
    std::snprintf(text, sizeof text, "%04u.rows", key.shard.v);
    return impl_->spool(key.job) / text;
}
std::filesystem::path Store::fingerprint_file(core::JobId job) const {
    return impl_->spool(job) / "fingerprints";
}

}  // namespace overnight::store
