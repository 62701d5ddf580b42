// Files up and down.
#include "certificates.hpp"
#include "net/client.hpp"
#include "scripted.hpp"

#include <gmock/gmock.h>

#include <condition_variable>
#include <fstream>
#include <sys/resource.h>

namespace overnight::net {
namespace {

using core::Errc;
using core::Error;
using core::Result;

constexpr std::uint64_t file_bytes = 50 << 20;

long peak_kib() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

// Bytes that depend on where they are, so that a piece lost or doubled is seen.
char byte_at(std::uint64_t i) {
    return static_cast<char>((i * 2654435761u) >> 13);
}

std::filesystem::path write_file(const TempDir& dir, std::uint64_t bytes) {
    const auto path = dir / "input.jsonl";
    std::ofstream out(path, std::ios::binary);
    std::string block(1 << 16, '\0');
    for (std::uint64_t at = 0; at < bytes; at += block.size()) {
        for (std::size_t i = 0; i < block.size(); ++i)
            block[i] = byte_at(at + i);
        out.write(block.data(),
                  static_cast<std::streamsize>(std::min<std::uint64_t>(block.size(), bytes - at)));
    }
    return path;
}

// Counts the body, and the bytes that are not what byte_at() says, from `begin` on.
struct Check {
    std::uint64_t begin = 0, total = 0, wrong = 0;
    void take(std::string_view bytes) {
        for (const char c : bytes)
            wrong += c != byte_at(begin + total++) ? 1 : 0;
    }
};

Result<> check_body(BodyReader& body, Check& check) {
    std::string buffer(64 << 10, '\0');
    for (;;) {
        OVERNIGHT_TRY_ASSIGN(const std::size_t n, body.read(buffer.data(), buffer.size()));
        if (n == 0) return {};
        check.take({buffer.data(), n});
    }
}

TEST(Upload, streams_a_file_in_constant_memory) {
    const TempDir dir;
    const auto path = write_file(dir, file_bytes);
    Check check;
    Scripted server([&check](const RequestHead&, BodyReader& b, ResponseWriter& r) -> Result<> {
        OVERNIGHT_TRY(check_body(b, check));
        return r.reply(200, "", "{}");
    });
    model::HttpRequest request{model::HttpMethod::post, "/files", {}, {}};
    request.body.emplace_back(model::FilePiece{path, 0, file_bytes});
    Client client(config_for(server.port()));
    const long before = peak_kib();
    const auto reply = client.upload(request);
    ASSERT_TRUE(reply) << reply.error().describe();
    EXPECT_EQ(check.total, file_bytes);
    EXPECT_EQ(check.wrong, 0u);
    EXPECT_LT(peak_kib() - before, 20 << 10);
}

// The watchdog of a daemon took a long upload for a hang, since nothing was heard of it.
TEST(Upload, tells_of_every_piece_that_moves) {
    const TempDir dir;
    const auto path = write_file(dir, file_bytes);
    Scripted server([](const RequestHead&, BodyReader& b, ResponseWriter& r) -> Result<> {
        Check check;
        OVERNIGHT_TRY(check_body(b, check));
        return r.reply(200, "", "{}");
    });
    model::HttpRequest request{model::HttpMethod::post, "/files", {}, {}};
    request.body.emplace_back(model::FilePiece{path, 0, file_bytes});
    auto config = config_for(server.port());
    int signs = 0;
    config.on_bytes = [&signs] { ++signs; };
    ASSERT_TRUE(Client(config).upload(request));
    EXPECT_GE(signs, static_cast<int>(file_bytes >> 20));
}

TEST(Upload, joins_pieces_of_memory_and_files) {
    const TempDir dir;
    const auto path = write_file(dir, 300'000);
    std::string got;
    Scripted server([&got](const RequestHead&, BodyReader& b, ResponseWriter& r) -> Result<> {
        OVERNIGHT_TRY_ASSIGN(got, b.read_all(1 << 20));
        return r.reply(200, "", "{}");
    });
    model::HttpRequest request{model::HttpMethod::post, "/files", {}, {}};
    request.body.emplace_back(std::string("--begin--"));
    request.body.emplace_back(model::FilePiece{path, 7, 270'000});
    request.body.emplace_back(std::string());
    request.body.emplace_back(model::FilePiece{path, 0, 0});
    request.body.emplace_back(model::FilePiece{path, 299'999, 1});
    request.body.emplace_back(std::string("--end--"));
    ASSERT_TRUE(Client(config_for(server.port())).upload(request));
    std::string expected = "--begin--";
    for (std::uint64_t i = 7; i < 270'007; ++i)
        expected += byte_at(i);
    expected += byte_at(299'999);
    EXPECT_TRUE(got == expected + "--end--");
}

TEST(Upload, finds_a_missing_or_short_file_before_it_sends) {
    const TempDir dir;
    const auto path = write_file(dir, 1000);
    Scripted server(always(200, "{}"));
    Client client(config_for(server.port()));
    const model::FilePiece bad[] = {{dir / "missing", 0, 1},
                                    {path, 0, 1001},
                                    {path, 1001, 0},
                                    {path, 1, ~std::uint64_t{0}},
                                    {dir / ".", 0, 0}};
    for (const auto& piece : bad) {
        model::HttpRequest request{model::HttpMethod::post, "/files", {}, {}};
        request.body.emplace_back(std::string("x"));
        request.body.emplace_back(piece);
        EXPECT_EQ(client.upload(request).error().code(), Errc::invalid_input) << piece.path;
    }
    EXPECT_TRUE(server.seen().empty());
}

TEST(Upload, returns_the_reply_of_a_server_that_refuses_early) {
    const TempDir dir;
    const auto path = write_file(dir, file_bytes);
    for (const char* how : {"ends", "resets", "stays"}) {
        Scripted server([how](const RequestHead&, BodyReader&, ResponseWriter& r) -> Result<> {
            OVERNIGHT_TRY(r.write_raw("HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nlarge"));
            if (std::string_view(how) == "ends") r.close();
            if (std::string_view(how) == "resets") r.reset();
            if (std::string_view(how) == "stays") {
                std::mutex m;
                std::unique_lock lock(m);
                std::condition_variable_any forever;
                forever.wait(lock, r.stopping(), [] { return false; });
            }
            return {};
        });
        model::HttpRequest request{model::HttpMethod::post, "/files", {}, {}};
        request.body.emplace_back(model::FilePiece{path, 0, file_bytes});
        const auto reply = Client(config_for(server.port())).upload(request);
        ASSERT_TRUE(reply) << how << ": " << reply.error().describe();
        EXPECT_EQ(reply->status, 413);
        EXPECT_EQ(reply->body, "large");
    }
}

TEST(Upload, cut_anywhere_is_an_error) {
    const std::string text(2000, 'x');
    for (const std::size_t taken : {0u, 1u, 1000u, 1999u}) {
        Scripted server([taken](const RequestHead&, BodyReader& b, ResponseWriter& r) -> Result<> {
            std::string buffer(taken, '\0');
            for (std::size_t n = 0; n < taken;) {
                OVERNIGHT_TRY_ASSIGN(const std::size_t more, b.read(buffer.data() + n, taken - n));
                n += more;
            }
            r.reset();
            return {};
        });
        EXPECT_EQ(Client(config_for(server.port())).upload(post("/files", text)).error().code(),
                  Errc::unavailable);
    }
}

// Serves file_bytes of byte_at(), chunked or with a length.
Handler serves_file(bool with_length) {
    return [with_length](const RequestHead&, BodyReader&, ResponseWriter& r) -> Result<> {
        OVERNIGHT_TRY(r.begin(200, {}, with_length ? std::optional(file_bytes) : std::nullopt));
        std::string block(1 << 18, '\0');
        for (std::uint64_t at = 0; at < file_bytes; at += block.size()) {
            for (std::size_t i = 0; i < block.size(); ++i)
                block[i] = byte_at(at + i);
            OVERNIGHT_TRY(r.write(block));
        }
        return r.finish();
    };
}

TEST(Download, streams_to_the_sink_in_constant_memory) {
    for (const bool with_length : {true, false}) {
        Scripted server(serves_file(with_length));
        Client client(config_for(server.port()));
        Check check;
        const long before = peak_kib();
        const auto reply = client.download(
            get("/f"),
            [&check](std::string_view bytes) -> Result<> {
                check.take(bytes);
                return {};
            },
            file_bytes);
        ASSERT_TRUE(reply) << reply.error().describe();
        EXPECT_EQ(reply->body, "");
        EXPECT_EQ(check.total, file_bytes);
        EXPECT_EQ(check.wrong, 0u);
        EXPECT_LT(peak_kib() - before, 20 << 10);
    }
}

TEST(Download, works_over_tls) {
    const TempDir dir;
    CertificateSpec spec;
    spec.common_name = "overnight test authority";
    spec.kind = CertificateSpec::Kind::authority;
    const auto root = make_certificate(spec, nullptr, dir / "root");
    const auto good = make_certificate({}, &root, dir / "good");
    ServerConfig server_config;
    server_config.certificate_file = good.certificate;
    server_config.private_key_file = good.key;
    Scripted server(serves_file(true), server_config);
    auto config = config_for(server.port());
    config.base.tls = true;
    config.base.host = "localhost";
    config.ca_file = root.certificate;
    Check check;
    const auto reply = Client(config).download(
        get("/f"),
        [&check](std::string_view bytes) -> Result<> {
            check.take(bytes);
            return {};
        },
        file_bytes);
    ASSERT_TRUE(reply) << reply.error().describe();
    EXPECT_EQ(check.total, file_bytes);
    EXPECT_EQ(check.wrong, 0u);
}

TEST(Download, has_a_bound) {
    for (const bool with_length : {true, false}) {
        Scripted server(serves_file(with_length));
        std::uint64_t got = 0;
        const auto sink = [&got](std::string_view bytes) -> Result<> {
            got += bytes.size();
            return {};
        };
        EXPECT_EQ(
            Client(config_for(server.port())).download(get("/f"), sink, 1 << 20).error().code(),
            Errc::protocol);
        EXPECT_LE(got, 1u << 20);
    }
}

TEST(Download, ends_with_the_sinks_error) {
    Scripted server(serves_file(true));
    int calls = 0;
    const auto sink = [&calls](std::string_view) -> Result<> {
        if (++calls == 3) return Error(Errc::out_of_space, "disk full");
        return {};
    };
    const auto reply = Client(config_for(server.port())).download(get("/f"), sink, file_bytes);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code(), Errc::out_of_space);
    EXPECT_EQ(calls, 3);
}

TEST(Download, gives_other_replies_with_their_body) {
    Scripted server(always(404, "{\"error\":\"no such file\"}"));
    const auto sink = [](std::string_view) -> Result<> {
        ADD_FAILURE() << "an error is no file";
        return {};
    };
    const auto reply = Client(config_for(server.port())).download(get("/f"), sink, 1000).value();
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(reply.body, "{\"error\":\"no such file\"}");
}

}  // namespace
}  // namespace overnight::net
