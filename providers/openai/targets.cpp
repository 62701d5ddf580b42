#include "providers/openai/targets.hpp"

#include "model/http.hpp"

namespace overnight::providers::openai {
namespace {

std::string target_of(const Profile& profile, std::string_view path) {
    return std::string(profile.version).append(path);
}

/// `path`, with the query and the cursor where there are such.
std::string list_target(std::string path,
                        std::string_view query,
                        const Cursor& kind,
                        std::string_view cursor) {
    char before = '?';
    const auto append = [&](std::string_view member) {
        path.push_back(before);
        path.append(member);
        before = '&';
    };
    if (!query.empty()) append(query);
    if (!cursor.empty() && kind.kind != Cursor::Kind::none)
        append(std::string(kind.name) + "=" + model::url_encode(cursor));
    return path;
}

}  // namespace

std::string files_target(const Profile& profile, std::string_view cursor) {
    return list_target(target_of(profile, "/files"), profile.file_query, profile.cursor, cursor);
}

std::string file_target(const Profile& profile, const core::RemoteFileId& id) {
    return target_of(profile, "/files/") + model::url_encode(id.v);
}

std::string batches_target(const Profile& profile) {
    return target_of(profile, profile.batches);
}

std::string batch_list_target(const Profile& profile, std::string_view cursor) {
    return list_target(batches_target(profile), profile.batch_query, profile.cursor, cursor);
}

std::string batch_target(const Profile& profile, const core::RemoteBatchId& id) {
    return batches_target(profile) + "/" + model::url_encode(id.v);
}

std::string result_page_target(const Profile& profile,
                               const core::RemoteFileId& results,
                               std::string_view cursor) {
    const core::RemoteBatchId batch{results.v};  // the batch named itself
    return list_target(batch_target(profile, batch).append(profile.results), profile.batch_query,
                       profile.cursor, cursor);
}

std::string ordinary_target(const Profile& profile, std::string_view endpoint) {
    constexpr std::string_view version = "/v1";
    if (endpoint.starts_with("/v1/")) endpoint.remove_prefix(version.size());
    return target_of(profile, endpoint);
}

}  // namespace overnight::providers::openai
