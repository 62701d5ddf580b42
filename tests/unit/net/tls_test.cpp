// Whom the client believes to be the provider.
#include "certificates.hpp"
#include "net/client.hpp"
#include "scripted.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <stdlib.h>

namespace overnight::net {
namespace {

using core::Errc;
using core::Result;
using testing::HasSubstr;

class Tls : public testing::Test {
protected:
    static CertificateSpec authority_spec() {
        CertificateSpec spec;
        spec.common_name = "overnight test authority";
        spec.alternative_names.clear();
        spec.kind = CertificateSpec::Kind::authority;
        return spec;
    }
    ServerConfig served_with(const Certificate& certificate) const {
        ServerConfig config;
        config.certificate_file = certificate.certificate;
        config.private_key_file = certificate.key;
        return config;
    }
    ClientConfig trusting(const Certificate& root, std::uint16_t port) const {
        auto config = config_for(port);
        config.base.tls = true;
        config.base.host = "localhost";
        config.ca_file = root.certificate;
        return config;
    }

    TempDir dir;
    Certificate authority = make_certificate(authority_spec(), nullptr, dir / "authority");
};

TEST_F(Tls, talks_to_a_server_that_it_trusts) {
    const auto good = make_certificate({}, &authority, dir / "good");
    Scripted server(always(200, "{}"), served_with(good));
    Client client(trusting(authority, server.port()));
    EXPECT_EQ(client.send(get("/x")).value().status, 200);
    EXPECT_EQ(client.send(get("/x")).value().status, 200);
    EXPECT_EQ(client.send(post("/x", std::string(1 << 20, 'x'))).value().status, 200);
    const auto created = client.create(post("/x", "{\"a\":1}"), []() -> Result<> { return {}; });
    EXPECT_TRUE(std::holds_alternative<model::HttpResponse>(created));
    EXPECT_EQ(server.seen().size(), 4u);
}

TEST_F(Tls, keeps_the_commit_byte_back) {
    const auto good = make_certificate({}, &authority, dir / "good");
    const std::string text(100'000, 'x');
    std::promise<void> all_but_one;
    std::atomic<std::size_t> arrived{0};
    Scripted server(
        [&](const RequestHead&, BodyReader& b, ResponseWriter& r) -> Result<> {
            std::string buffer(1 << 20, '\0');
            for (std::size_t n = 1; n > 0; arrived += n) {
                if (arrived == text.size() - 1) all_but_one.set_value();
                OVERNIGHT_TRY_ASSIGN(n, b.read(buffer.data(), buffer.size()));
            }
            return r.reply(200, "", "{}");
        },
        served_with(good));
    const auto outcome =
        Client(trusting(authority, server.port())).create(post("/x", text), [&]() -> Result<> {
            all_but_one.get_future().wait();
            EXPECT_EQ(arrived, text.size() - 1);
            return {};
        });
    EXPECT_TRUE(std::holds_alternative<model::HttpResponse>(outcome));
    EXPECT_EQ(arrived, text.size());
}

TEST_F(Tls, takes_an_address_when_the_certificate_names_it) {
    CertificateSpec spec;
    spec.alternative_names = "IP:127.0.0.1";
    Scripted server(always(200, "{}"),
                    served_with(make_certificate(spec, &authority, dir / "address")));
    auto config = trusting(authority, server.port());
    EXPECT_FALSE(Client(config).send(get("/x")));
    config.base.host = "127.0.0.1";
    EXPECT_EQ(Client(config).send(get("/x")).value().status, 200);
}

TEST_F(Tls, sends_nothing_to_a_server_that_it_cannot_trust) {
    struct Row {
        const char* name;
        CertificateSpec spec;
        const Certificate* issuer;
        const char* why;
    };
    auto stranger_spec = authority_spec();
    stranger_spec.common_name = "somebody";
    const auto stranger = make_certificate(stranger_spec, nullptr, dir / "stranger");
    const auto not_an_authority = make_certificate({}, &authority, dir / "middle");
    CertificateSpec expired, early, other_name, wildcard, cn_only, no_name, sha1, weak;
    expired.to_seconds = -60;
    early.from_seconds = 600;
    other_name.alternative_names = "DNS:api.example.com";
    wildcard.alternative_names = "DNS:*";
    cn_only.common_name = "localhost";
    cn_only.alternative_names.clear();
    no_name.alternative_names.clear();
    sha1.digest = CertificateSpec::Digest::sha1;
    weak.key = CertificateSpec::Key::rsa1024;
    const Row rows[] = {{"expired", expired, &authority, "expired"},
                        {"early", early, &authority, "not yet valid"},
                        {"other_name", other_name, &authority, "hostname"},
                        {"wildcard", wildcard, &authority, "hostname"},
                        {"cn_only", cn_only, &authority, "hostname"},
                        {"no_name", no_name, &authority, "hostname"},
                        {"sha1", sha1, &authority, ""},
                        {"weak", weak, &authority, ""},
                        {"self_signed", {}, nullptr, "self-signed"},
                        {"untrusted", {}, &stranger, "issuer"},
                        {"not_an_authority", {}, &not_an_authority, ""}};
    for (const auto& row : rows) {
        const auto bad = make_certificate(row.spec, row.issuer, dir / row.name);
        const auto server = std::make_unique<Scripted>(always(200, "{}"), served_with(bad));
        auto config = trusting(authority, server->port());
        config.timeouts = short_timeouts();
        Client client(config);
        const auto reply = client.send(get("/x"));
        ASSERT_FALSE(reply) << row.name;
        EXPECT_EQ(reply.error().code(), Errc::unavailable) << row.name;
        EXPECT_THAT(reply.error().describe(), HasSubstr(row.why)) << row.name;
        bool committed = false;
        const auto created = client.create(post("/x", "{}"), [&committed]() -> Result<> {
            committed = true;
            return {};
        });
        EXPECT_TRUE(std::holds_alternative<NotSent>(created)) << row.name;
        EXPECT_FALSE(committed) << row.name;
        server->stop();
        EXPECT_TRUE(server->seen().empty()) << row.name;
    }
}

TEST_F(Tls, needs_somebody_to_trust) {
    auto config = trusting(authority, 1);
    config.ca_file = (dir / "missing.pem").string();
    EXPECT_EQ(Client(config).send(get("/x")).error().code(), Errc::configuration);
    config.ca_file = authority.key;  // a file, but no certificate in it
    EXPECT_EQ(Client(config).send(get("/x")).error().code(), Errc::configuration);
}

TEST_F(Tls, does_not_let_the_environment_choose_whom_to_trust) {
    const auto good = make_certificate({}, &authority, dir / "good");
    Scripted server(always(200, "{}"), served_with(good));
    ASSERT_EQ(::setenv("SSL_CERT_FILE", authority.certificate.c_str(), 1), 0);
    auto config = trusting(authority, server.port());
    config.ca_file.clear();
    const auto reply = Client(config).send(get("/x"));
    ::unsetenv("SSL_CERT_FILE");
    EXPECT_FALSE(reply);
    EXPECT_TRUE(server.seen().empty());
}

TEST_F(Tls, never_falls_back_to_plain_text_nor_talks_tls_to_a_plain_server) {
    Scripted plain(always(200, "{}"));
    auto config = trusting(authority, plain.port());
    config.timeouts = short_timeouts();
    EXPECT_EQ(Client(config).send(get("/x")).error().code(), Errc::unavailable);
    EXPECT_TRUE(plain.seen().empty());
}

TEST_F(Tls, times_out_on_a_server_that_does_not_shake_hands) {
    // A listener whose connections nobody serves: the kernel accepts, and that is all.
    Scripted server([](const RequestHead&, BodyReader& b, ResponseWriter&) -> Result<> {
        OVERNIGHT_TRY(b.read_all(1));
        return {};
    });
    auto config = trusting(authority, server.port());
    config.timeouts = short_timeouts();
    config.timeouts.tls = 100ms;
    EXPECT_FALSE(Client(config).send(get("/x")));
}

TEST_F(Tls, a_cut_within_the_body_is_an_error) {
    const auto good = make_certificate({}, &authority, dir / "good");
    Scripted server(raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), served_with(good));
    EXPECT_EQ(Client(trusting(authority, server.port())).send(get("/x")).error().code(),
              Errc::unavailable);
}

TEST_F(Tls, is_stopped_promptly) {
    const auto good = make_certificate({}, &authority, dir / "good");
    std::stop_source stop;
    Scripted server(
        [&stop](const RequestHead&, BodyReader&, ResponseWriter& r) -> Result<> {
            stop.request_stop();
            std::mutex m;
            std::unique_lock lock(m);
            std::condition_variable_any forever;
            forever.wait(lock, r.stopping(), [] { return false; });
            return {};
        },
        served_with(good));
    EXPECT_EQ(
        Client(trusting(authority, server.port())).send(get("/x"), stop.get_token()).error().code(),
        Errc::cancelled);
}

}  // namespace
}  // namespace overnight::net
