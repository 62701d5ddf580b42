// The exact bytes of every request.
#include "providers/api.hpp"
#include "providers/json_parts.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

using model::HttpMethod;
using model::HttpRequest;

const Adapter& openai() {
    return *find_adapter("openai");
}

std::string text_of(const HttpRequest& request) {
    std::string text;
    for (const auto& piece : request.body)
        text += std::get<std::string>(piece);
    return text;
}

TEST(Requests, targets_and_methods) {
    const core::RemoteFileId file{"file-abc"};
    const core::RemoteBatchId batch{"batch_1"};
    struct Row {
        HttpRequest request;
        HttpMethod method;
        std::string_view target;
    };
    const Row rows[] = {
        {openai().list_files(""), HttpMethod::get, "/files?purpose=batch&limit=1000"},
        {openai().list_files("file-1"), HttpMethod::get,
         "/files?purpose=batch&limit=1000&after=file-1"},
        {openai().get_file(file), HttpMethod::get, "/files/file-abc"},
        {openai().delete_file(file), HttpMethod::del, "/files/file-abc"},
        {openai().fetch(file), HttpMethod::get, "/files/file-abc/content"},
        {openai().get_batch(batch), HttpMethod::get, "/batches/batch_1"},
        {openai().list_batches(""), HttpMethod::get, "/batches?limit=100"},
        {openai().list_batches("batch_1"), HttpMethod::get, "/batches?limit=100&after=batch_1"},
        {openai().cancel_batch(batch), HttpMethod::post, "/batches/batch_1/cancel"},
        {openai().check_key(), HttpMethod::get, "/models"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(row.request.target, row.target);
        EXPECT_EQ(row.request.method, row.method) << row.target;
        EXPECT_EQ(row.request.body_bytes(), 0u) << row.target;
    }
}

TEST(Requests, ids_cannot_leave_their_place) {
    EXPECT_EQ(openai().get_file({"../batches?x#y"}).target, "/files/..%2Fbatches%3Fx%23y");
    EXPECT_EQ(openai().list_batches("a&limit=1\r\n").target,
              "/batches?limit=100&after=a%26limit%3D1%0D%0A");
}

TEST(Requests, create) {
    CreateSpec spec;
    spec.file.v = "file-abc123";
    spec.endpoint = "/v1/chat/completions";
    spec.tag = "on1-abcdef-0123456789abcdefghjkmnpqrs";
    spec.job = "7 \"topics\"";
    spec.shard = "0";
    const auto request = openai().create_batch(spec);
    EXPECT_EQ(request.method, HttpMethod::post);
    EXPECT_EQ(request.target, "/batches");
    ASSERT_EQ(request.headers.size(), 2u);
    EXPECT_EQ(request.headers[0].name, "Content-Type");
    EXPECT_EQ(request.headers[0].value, "application/json");
    EXPECT_EQ(request.headers[1].name, "X-Client-Request-Id");
    EXPECT_EQ(request.headers[1].value, spec.tag);
    EXPECT_EQ(
        text_of(request),
        R"({"input_file_id":"file-abc123","endpoint":"/v1/chat/completions","completion_window":"24h",)"
        R"("metadata":{"overnight":"on1-abcdef-0123456789abcdefghjkmnpqrs","job":"7 \"topics\"","shard":"0"}})");
}

TEST(Requests, metadata_values_are_cut_between_characters) {
    CreateSpec spec;
    spec.file.v = "file-1";
    spec.endpoint = "/v1/embeddings";
    spec.tag = "on1-a";
    spec.job = std::string(511, 'x') + "\xc3\xa9" + "tail";
    const auto body = text_of(openai().create_batch(spec));
    const auto parts = json_members(body).value();
    const auto metadata = json_members(find_part(parts, "metadata")->raw).value();
    EXPECT_EQ(json_string(find_part(metadata, "job")->raw).value(), std::string(511, 'x'));
    EXPECT_EQ(find_part(metadata, "shard"), nullptr);  // nothing to say
    spec.job = std::string(300, '\xff');               // repaired it is 900 bytes
    const auto repaired = text_of(openai().create_batch(spec));
    const auto again =
        json_members(find_part(json_members(repaired).value(), "metadata")->raw).value();
    EXPECT_EQ(json_string(find_part(again, "job")->raw).value().size(), 510u);
}

TEST(Requests, upload_is_multipart_with_the_small_fields_first) {
    UploadSpec spec;
    spec.path = "/spool/1/0.jsonl";
    spec.bytes = 12'345;
    spec.tag = "on1-abcdef-0123456789abcdefghjkmnpqrs";
    const auto session = openai().upload(spec);
    const auto request = session->first();
    EXPECT_FALSE(session->next({200, {}, "{}"}).value());  // one request is all
    EXPECT_FALSE(session->resume());
    EXPECT_EQ(request.method, HttpMethod::post);
    EXPECT_EQ(request.target, "/files");
    ASSERT_EQ(request.headers.size(), 1u);
    EXPECT_EQ(request.headers[0].name, "Content-Type");
    EXPECT_EQ(request.headers[0].value,
              "multipart/form-data; boundary=overnight-on1-abcdef-0123456789abcdefghjkmnpqrs");
    ASSERT_EQ(request.body.size(), 3u);
    EXPECT_EQ(std::get<std::string>(request.body[0]),
              "--overnight-on1-abcdef-0123456789abcdefghjkmnpqrs\r\n"
              "Content-Disposition: form-data; name=\"purpose\"\r\n"
              "\r\n"
              "batch\r\n"
              "--overnight-on1-abcdef-0123456789abcdefghjkmnpqrs\r\n"
              "Content-Disposition: form-data; name=\"expires_after[anchor]\"\r\n"
              "\r\n"
              "created_at\r\n"
              "--overnight-on1-abcdef-0123456789abcdefghjkmnpqrs\r\n"
              "Content-Disposition: form-data; name=\"expires_after[seconds]\"\r\n"
              "\r\n"
              "2592000\r\n"
              "--overnight-on1-abcdef-0123456789abcdefghjkmnpqrs\r\n"
              "Content-Disposition: form-data; name=\"file\"; "
              "filename=\"on1-abcdef-0123456789abcdefghjkmnpqrs.jsonl\"\r\n"
              "Content-Type: application/jsonl\r\n"
              "\r\n");
    const auto& file = std::get<model::FilePiece>(request.body[1]);
    EXPECT_EQ(file.path, spec.path);
    EXPECT_EQ(file.offset, 0u);
    EXPECT_EQ(file.length, 12'345u);
    EXPECT_EQ(std::get<std::string>(request.body[2]),
              "\r\n--overnight-on1-abcdef-0123456789abcdefghjkmnpqrs--\r\n");
}

}  // namespace
}  // namespace overnight::providers
