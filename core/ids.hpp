// Strong ids: one type an id, no arithmetic, no conversion between them.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace overnight::core {

template <class Tag, class Rep>
struct NumberId {
    Rep v{};
    friend auto operator<=>(NumberId, NumberId) = default;
};

template <class Tag>
struct TextId {
    std::string v;
    bool empty() const noexcept { return v.empty(); }
    friend auto operator<=>(const TextId&, const TextId&) = default;
};

using JobId = NumberId<struct JobTag, std::uint32_t>;  ///< counts from 1 within a state directory
using ShardNo = NumberId<struct ShardTag, std::uint32_t>;  ///< counts from 0 within a job
using RowNo = NumberId<struct RowTag, std::uint64_t>;      ///< counts from 0 within a job's input
using SegmentNo =
    NumberId<struct SegmentTag, std::uint32_t>;  ///< a file of settled answers; counts from 1

using IntentId =
    TextId<struct IntentTag>;  ///< 26 characters of Crockford base32, lower case; 128 random bits
using RemoteBatchId = TextId<struct RemoteBatchTag>;  ///< the provider's, opaque, at most 1 KiB
using RemoteFileId = TextId<struct RemoteFileTag>;    ///< the provider's, opaque, at most 1 KiB
using AccountName = TextId<struct AccountTag>;        ///< the [provider.NAME] that a job runs on

}  // namespace overnight::core

template <class Tag, class Rep>
struct std::hash<overnight::core::NumberId<Tag, Rep>> {
    std::size_t operator()(overnight::core::NumberId<Tag, Rep> id) const noexcept {
        return std::hash<Rep>{}(id.v);
    }
};
template <class Tag>
struct std::hash<overnight::core::TextId<Tag>> {
    std::size_t operator()(const overnight::core::TextId<Tag>& id) const noexcept {
        return std::hash<std::string>{}(id.v);
    }
};
