// Replies with one member altered, as a rule wants it.
#pragma once

#include <string>
#include <string_view>

namespace overnight::emulator {

/// Puts `shown` in place of the text of the first member `name` that has the text `truth`.
void replace_text(std::string& body,
                  std::string_view name,
                  std::string_view truth,
                  std::string_view shown);

/// bad_id: alters the first member `name`, the batch's id, as its "as" says. `prefix` is that of
/// the provider's ids.
void spoil_id(std::string& body,
              std::string_view id,
              std::string_view how,
              std::string_view prefix,
              std::string_view name = "id");

}  // namespace overnight::emulator
