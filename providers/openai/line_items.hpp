// Answers to a list of inputs: vectors and moderation results, as JSON text by index.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

namespace overnight::providers::openai {

/// `data` of an embeddings reply, sorted by `index`. Sets `damaged` when an index is missing, out
/// of range or there twice, or a vector is empty or holds something that is no finite number.
simdjson::error_code read_vectors(simdjson::ondemand::value data,
                                  std::vector<std::string>& items,
                                  bool& damaged);

/// `results` of a moderations reply: each object as it is written, in its order, which is the
/// inputs' order.
simdjson::error_code read_scores(simdjson::ondemand::value results,
                                 std::vector<std::string>& items,
                                 bool& damaged);

/// Appends the floats that `base64` packs (little-endian, 32 bits) as a JSON list; each number is
/// the shortest text that reads back as the same float. False, with `out` unchanged, when it is no
/// such list.
bool append_packed_floats(std::string& out, std::string_view base64);

}  // namespace overnight::providers::openai
