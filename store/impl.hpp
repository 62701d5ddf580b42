// What a Store is inside: the environment and the open tables. Only this folder's sources see it.
#pragma once

#include "core/error.hpp"
#include "store/env.hpp"
#include "store/schema.hpp"
#include "store/store.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace overnight::store {

struct Store::Impl {
    std::filesystem::path dir;
    std::unique_ptr<Env> env;
    Tables tables;
    Installation installation;
    std::vector<std::string> warnings;

    /// Opens the tables, or makes them, and checks the schema's version.
    core::Result<> open_tables();
    /// Counts the generation up and looks for signs of a restored or copied store. On a full disk
    /// it only warns, so that what is there can still be read.
    core::Result<> open_installation();
    core::Result<> remove_job(core::JobId job, Removal what);
    core::Result<> finish_removal(core::JobId job, Removal what);
    core::Result<> sweep_results();
    core::Result<> sweep_spool(Role held);

    core::Result<ReadTxn> read() const { return env->read(); }
    core::Result<WriteTxn> write() const { return env->write(); }
    std::filesystem::path spool(core::JobId job) const {
        return dir / "spool" / std::to_string(job.v);
    }
    std::filesystem::path results() const { return dir / "results"; }
};

/// The text is used in a key; Errc::internal when it does not fit one.
core::Result<> check_key_text(const std::string& text, const char* what);

}  // namespace overnight::store
