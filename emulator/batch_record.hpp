// A batch's record for the journal, and back.
#pragma once

#include "emulator/batch.hpp"

#include <boost/json.hpp>

#include <string>

namespace overnight::emulator {

std::string batch_record(const Batch& batch);
/// False for what is no record. Batches that had not ended start again, but for
/// those whose cancel was accepted: they go on being cancelled.
bool restore_batch(const boost::json::value& record, Batch& batch);

}  // namespace overnight::emulator
