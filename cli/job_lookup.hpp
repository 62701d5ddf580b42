// JOB arguments: a number, or a name that only one job has.
#pragma once

#include "core/error.hpp"
#include "model/job.hpp"
#include "store/store.hpp"

#include <span>
#include <string_view>

namespace overnight::cli {

/// Errc::not_found, with the nearest name; Errc::conflict when several jobs have the name, with
/// their numbers. A text of digits only is a number.
core::Result<model::Job> find_job(std::span<const model::Job> jobs, std::string_view text);
core::Result<model::Job> find_job(const store::Store& store, std::string_view text);

}  // namespace overnight::cli
