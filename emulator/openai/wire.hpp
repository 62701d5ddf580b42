// The API's objects as JSON (providers/openai.md 2, 3, 11).
#pragma once

#include "emulator/batch.hpp"
#include "emulator/files.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::emulator::openai {

void put_file(std::string& out, const FileObject& file);
/// As a client sees it at `now`: result files show once the batch has ended, or later if a rule
/// says so.
void put_batch(std::string& out, const Batch& batch, core::TimePoint now);

/// `{"object":"list","data":[...],"first_id":..,"last_id":..,"has_more":..}`. `items` are JSON
/// objects.
struct ListPage {
    std::vector<std::string> items;
    std::string first_id;
    std::string last_id;
    bool has_more = false;
};
std::string list_json(const ListPage& page);

}  // namespace overnight::emulator::openai
