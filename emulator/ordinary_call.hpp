// An ordinary call: one request that is executed and billed while its caller waits.
#pragma once

#include "emulator/call.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace overnight::emulator {

/// A body with the padding behind it that the parsers want.
class PaddedBody {
public:
    explicit PaddedBody(std::string_view body) : size_(body.size()), bytes_(body) {
        bytes_.append(LineReader::padding, '\0');
    }
    std::string_view view() const { return std::string_view(bytes_).substr(0, size_); }

private:
    std::size_t size_;
    std::string bytes_;
};

struct OrdinaryCall {
    Endpoint endpoint = Endpoint::chat_completions;
    Tier tier = Tier::standard;
    std::string_view model = {};    ///< where the URL names it
    std::string_view version = {};  ///< of the API
};

/// What it came to, once it is in the ledger. A failure has an error in place of a body.
core::Result<Executed> execute_ordinary(World& world,
                                        const Call& call,
                                        const OrdinaryCall& ordinary,
                                        const PaddedBody& body);

}  // namespace overnight::emulator
