// Any bytes as a row of the store: what is read is written back, and reads the same.
#include "model/attempt.hpp"
#include "model/shard.hpp"
#include "store/codecs.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace overnight;

template <class Row>
void try_row(std::string_view bytes) {
    Row row{};
    if (!store::decode_row(bytes, row)) return;
    std::string out;
    store::encode_row(out, row);
    Row again{};
    if (!store::decode_row(out, again)) std::abort();
    std::string twice;
    store::encode_row(twice, again);
    if (twice != out) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    try_row<model::Attempt>(bytes);
    try_row<model::Shard>(bytes);
    try_row<store::JobFacts>(bytes);
    try_row<store::JobProgress>(bytes);
    try_row<model::TryRecord>(bytes);
    try_row<model::Resubmission>(bytes);
    try_row<model::Failure>(bytes);
    try_row<store::RowBlock>(bytes);
    return 0;
}
