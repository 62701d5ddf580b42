// The streaming form parser.
#include "emulator/multipart.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace overnight::emulator {
namespace {

struct Part {
    std::string name;
    std::optional<std::string> filename;
    std::string data;
    bool ended = false;
};

class Recorder final : public PartSink {
public:
    core::Result<> begin_part(const PartHead& head) override {
        parts.push_back({head.name, head.filename, "", false});
        return {};
    }
    core::Result<> part_data(std::string_view bytes) override {
        parts.back().data += bytes;
        return {};
    }
    core::Result<> end_part() override {
        parts.back().ended = true;
        return {};
    }
    std::vector<Part> parts;
};

const std::string form =
    "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
    "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a "
    "\\\"q\\\".jsonl\"\r\nContent-Type: x\r\n\r\n"
    "line 1\nline 2\r\n--not the end\r\n\r\n--b--\r\nepilogue";

TEST(Multipart, reads_a_form_in_pieces_of_any_size) {
    for (std::size_t piece = 1; piece <= form.size(); ++piece) {
        Recorder sink;
        MultipartParser parser("b", sink);
        for (std::size_t at = 0; at < form.size(); at += piece) {
            ASSERT_TRUE(parser.feed(std::string_view(form).substr(at, piece))) << piece;
        }
        ASSERT_TRUE(parser.finish()) << piece;
        ASSERT_EQ(sink.parts.size(), 2U) << piece;
        EXPECT_EQ(sink.parts[0].name, "purpose");
        EXPECT_EQ(sink.parts[0].data, "batch");
        EXPECT_FALSE(sink.parts[0].filename);
        EXPECT_EQ(sink.parts[1].filename, "a \"q\".jsonl");
        EXPECT_EQ(sink.parts[1].data, "line 1\nline 2\r\n--not the end\r\n");
        EXPECT_TRUE(sink.parts[1].ended);
    }
}

TEST(Multipart, an_empty_part_has_no_bytes) {
    Recorder sink;
    MultipartParser parser("b", sink);
    ASSERT_TRUE(
        parser.feed("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n\r\n--b--\r\n"));
    ASSERT_TRUE(parser.finish());
    EXPECT_EQ(sink.parts.at(0).data, "");
}

TEST(Multipart, a_form_that_was_cut_is_an_error) {
    for (std::size_t length = 0; length + 12 < form.size(); ++length) {
        Recorder sink;
        MultipartParser parser("b", sink);
        const bool fed = static_cast<bool>(parser.feed(std::string_view(form).substr(0, length)));
        EXPECT_FALSE(fed && parser.finish()) << length;
    }
}

TEST(Multipart, malformed_forms_are_refused) {
    for (const std::string& text :
         {std::string("--b\r\nX: y\r\n\r\nno name\r\n--b--"), std::string("--bXX"),
          "--b\r\nA: " + std::string(20'000, 'a')}) {
        Recorder sink;
        MultipartParser parser("b", sink);
        const auto fed = parser.feed(text);
        EXPECT_FALSE(fed && parser.finish()) << text.substr(0, 40);
    }
}

TEST(Multipart, finds_boundaries_in_content_types) {
    EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=abc"), "abc");
    EXPECT_EQ(multipart_boundary("Multipart/Form-Data; charset=utf-8; boundary=\"a b\""), "a b");
    EXPECT_FALSE(multipart_boundary("application/json"));
    EXPECT_FALSE(multipart_boundary("multipart/form-data"));
    EXPECT_FALSE(multipart_boundary("multipart/form-data; boundary="));
    EXPECT_FALSE(multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'x')));
}

}  // namespace
}  // namespace overnight::emulator
