// Altered replies.
#include "emulator/spoil.hpp"

#include "emulator/files.hpp"
#include "emulator/json_text.hpp"

namespace overnight::emulator {

namespace {

std::string member_of(std::string_view name, std::string_view text) {
    std::string member = '"' + std::string(name) + "\":";
    put_json(member, text);
    return member;
}

}  // namespace

void replace_text(std::string& body,
                  std::string_view name,
                  std::string_view truth,
                  std::string_view shown) {
    const std::string member = member_of(name, truth);
    if (const std::size_t at = body.find(member); at != std::string::npos)
        body.replace(at, member.size(), member_of(name, shown));
}

void spoil_id(std::string& body,
              std::string_view id,
              std::string_view how,
              std::string_view prefix,
              std::string_view name) {
    const std::string member = member_of(name, id) + ',';
    const std::size_t at = body.find(member);
    if (at == std::string::npos) return;
    std::string instead;
    if (how == "empty") instead = member_of(name, "") + ',';
    if (how == "number") instead = '"' + std::string(name) + "\":17,";
    if (how == "long")
        instead = member_of(name, std::string(prefix) + std::string(10 * 1024, 'a')) + ',';
    if (how == "other") instead = member_of(name, new_hex_id(prefix)) + ',';
    body.replace(at, member.size(), instead);
}

}  // namespace overnight::emulator
