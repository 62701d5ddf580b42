#include "store/codecs.hpp"

#include "core/bytes.hpp"
#include "core/ids.hpp"
#include "store/layouts.hpp"

#include <map>
#include <string>
#include <type_traits>
#include <vector>

namespace overnight::store {
namespace {

/// Every enumerator is known by its name; the kinds without a name() are listed.
template <class E>
bool known(E v) {
    return name(v) != "?";
}
bool known(model::JobKind v) {
    return v == model::JobKind::recipe || v == model::JobKind::raw_requests;
}
bool known(Removal v) {
    return v == Removal::keep_attempts || v == Removal::everything;
}

class Encoder {
public:
    explicit Encoder(std::string& out) : out_(out) {}
    template <class... Field>
    void operator()(const Field&... field) {
        (put(field), ...);
    }

private:
    void put(bool v) { core::put_u8(out_, v ? 1 : 0); }
    void put(std::uint8_t v) { core::put_u8(out_, v); }
    void put(std::uint16_t v) { core::put_u16(out_, v); }
    void put(std::uint32_t v) { core::put_u32(out_, v); }
    void put(std::uint64_t v) { core::put_u64(out_, v); }
    void put(const std::string& v) { core::put_text(out_, v); }
    void put(core::Duration v) { core::put_u64(out_, static_cast<std::uint64_t>(v.count())); }
    void put(core::TimePoint v) { put(v.time_since_epoch()); }
    template <class Tag, class Rep>
    void put(core::NumberId<Tag, Rep> v) {
        put(v.v);
    }
    template <class Tag>
    void put(const core::TextId<Tag>& v) {
        put(v.v);
    }
    void put(const std::vector<std::string>& v) {
        put(static_cast<std::uint32_t>(v.size()));
        for (const auto& text : v)
            put(text);
    }
    void put(const std::map<std::string, std::uint64_t>& v) {
        put(static_cast<std::uint32_t>(v.size()));
        for (const auto& [text, number] : v)
            (*this)(text, number);
    }
    template <class T>
    void put(const T& v) {
        if constexpr (std::is_enum_v<T>)
            core::put_u8(out_, static_cast<std::uint8_t>(v));
        else
            fields(*this, v);
    }
    std::string& out_;
};

class Decoder {
public:
    explicit Decoder(std::string_view in) : in_(in) {}
    template <class... Field>
    void operator()(Field&... field) {
        (take(field), ...);
    }
    bool done() const { return good_ && in_.done(); }

private:
    void take(bool& v) {
        const std::uint8_t byte = in_.u8();
        v = byte == 1;
        good_ = good_ && byte <= 1;
    }
    void take(std::uint8_t& v) { v = in_.u8(); }
    void take(std::uint16_t& v) { v = in_.u16(); }
    void take(std::uint32_t& v) { v = in_.u32(); }
    void take(std::uint64_t& v) { v = in_.u64(); }
    void take(std::string& v) { v = in_.text(); }
    void take(core::Duration& v) { v = core::Duration(in_.i64()); }
    void take(core::TimePoint& v) { v = core::TimePoint(core::Duration(in_.i64())); }
    template <class Tag, class Rep>
    void take(core::NumberId<Tag, Rep>& v) {
        take(v.v);
    }
    template <class Tag>
    void take(core::TextId<Tag>& v) {
        take(v.v);
    }
    void take(std::vector<std::string>& v) {
        for (std::uint32_t left = in_.u32(); left > 0 && in_.ok(); --left)
            v.push_back(in_.text());
    }
    void take(std::map<std::string, std::uint64_t>& v) {
        for (std::uint32_t left = in_.u32(); left > 0 && in_.ok(); --left) {
            std::string text = in_.text();
            const std::uint64_t number = in_.u64();
            good_ = good_ && v.emplace(std::move(text), number).second;
        }
    }
    template <class T>
    void take(T& v) {
        if constexpr (std::is_enum_v<T>) {
            v = static_cast<T>(in_.u8());
            good_ = good_ && known(v);
        } else {
            fields(*this, v);
        }
    }
    core::Reader in_;
    bool good_ = true;
};

constexpr std::uint8_t row_block_version = 1;

}  // namespace

template <class Row>
void encode_row(std::string& out, const Row& row) {
    core::put_u8(out, row_version<Row>);
    Encoder encoder(out);
    encoder(row);
}

template <class Row>
bool decode_row(std::string_view in, Row& row) {
    if (in.empty() || static_cast<std::uint8_t>(in[0]) != row_version<Row>) return false;
    Decoder decoder(in.substr(1));
    decoder(row);
    return decoder.done();
}

template <>
void encode_row(std::string& out, const RowBlock& block) {
    out.reserve(out.size() + 1 + block.rows.size() * row_record_bytes);
    core::put_u8(out, row_block_version);
    for (const model::RowRecord& row : block.rows) {
        core::put_u8(out, static_cast<std::uint8_t>(row.state));
        core::put_u32(out, row.place.segment.v);
        core::put_u64(out, row.place.offset);
        core::put_u32(out, row.place.length);
    }
}

template <>
bool decode_row(std::string_view in, RowBlock& block) {
    const std::size_t bytes = in.empty() ? 0 : in.size() - 1;
    const std::size_t rows = bytes / row_record_bytes;
    if (rows == 0 || rows > rows_in_block || bytes % row_record_bytes != 0) return false;
    core::Reader reader(in);
    if (reader.u8() != row_block_version) return false;
    block.rows.resize(rows);
    for (model::RowRecord& row : block.rows) {
        row.state = static_cast<model::RowState>(reader.u8());
        if (!known(row.state)) return false;
        row.place.segment.v = reader.u32();
        row.place.offset = reader.u64();
        row.place.length = reader.u32();
    }
    return reader.done();
}

#define OVERNIGHT_STORE_ROW(T)                                \
    template void encode_row(std::string& out, const T& row); \
    template bool decode_row(std::string_view in, T& row)
OVERNIGHT_STORE_ROW(Unit);
OVERNIGHT_STORE_ROW(Count);
OVERNIGHT_STORE_ROW(InstallationRow);
OVERNIGHT_STORE_ROW(RemovalRow);
OVERNIGHT_STORE_ROW(JobFacts);
OVERNIGHT_STORE_ROW(JobProgress);
OVERNIGHT_STORE_ROW(model::Failure);
OVERNIGHT_STORE_ROW(model::TryRecord);
OVERNIGHT_STORE_ROW(model::Resubmission);
OVERNIGHT_STORE_ROW(model::Shard);
OVERNIGHT_STORE_ROW(model::AttemptKey);
OVERNIGHT_STORE_ROW(model::Attempt);
OVERNIGHT_STORE_ROW(Account);
OVERNIGHT_STORE_ROW(Segment);
OVERNIGHT_STORE_ROW(IndexFile);
#undef OVERNIGHT_STORE_ROW

}  // namespace overnight::store
