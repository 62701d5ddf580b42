// Pages of a list: limit, after_id and before_id (providers/anthropic.md 2).
#pragma once

#include "emulator/anthropic/replies.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::emulator::anthropic {

/// What a page shows of a list.
struct Page {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool has_more = false;  ///< in the direction that was asked for
};

/// `ids` is the whole list in its order. The request's after_id, before_id and limit (1 to 1000, 20
/// by default) pick from it; an error when they cannot.
ApiError pick_page(const Call& call, const std::vector<std::string_view>& ids, Page& page);

/// `{"data":[...],"has_more":..,"first_id":..,"last_id":..}`. `items` are JSON objects.
std::string list_json(const std::vector<std::string>& items,
                      bool has_more,
                      std::string_view first_id,
                      std::string_view last_id);

}  // namespace overnight::emulator::anthropic
