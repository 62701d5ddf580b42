// The routes of Mistral's dialect.
#pragma once

#include "emulator/front.hpp"

#include <span>

namespace overnight::emulator::mistral {

std::span<const Route> routes() noexcept;

// routes_files.cpp
core::Result<Reply> upload_file(World& world, const Call& call);
core::Result<Reply> list_files(World& world, const Call& call);
core::Result<Reply> get_file(World& world, const Call& call);
// routes_create.cpp
core::Result<Reply> create_job(World& world, const Call& call);
// routes_jobs.cpp
core::Result<Reply> get_job(World& world, const Call& call);
core::Result<Reply> list_jobs(World& world, const Call& call);
core::Result<Reply> cancel_job(World& world, const Call& call);
core::Result<Reply> delete_job(World& world, const Call& call);

// Shared by the handlers.

/// `page` counts from 0.
struct PageNumber {
    std::size_t page = 0;
    std::size_t size = 100;
    std::size_t first() const noexcept { return page * size; }
};
/// "page" and "page_size"; status 0: fine.
ApiError read_page(const Call& call, PageNumber& page);

}  // namespace overnight::emulator::mistral
