#include "emulator/openai/batch_members.hpp"

namespace overnight::emulator::openai {

void put_time(ObjectWriter& object, std::string_view key, core::TimePoint time) {
    object.number_or_null(key, time == Batch::never ? 0 : core::unix_seconds(time));
}

void put_file_id(ObjectWriter& object,
                 std::string_view key,
                 const Batch& batch,
                 std::string_view id,
                 core::TimePoint now) {
    const bool visible =
        is_terminal(batch.status) && now >= batch.ended_at + batch.behaviour.files_late;
    if (visible && !id.empty()) {
        object.text(key, id);
    } else if (visible && batch.behaviour.absent_id == Behaviour::AbsentId::empty) {
        object.text(key, "");
    } else if (batch.behaviour.absent_id != Behaviour::AbsentId::missing) {
        object.raw(key, "null");
    }
}

}  // namespace overnight::emulator::openai
