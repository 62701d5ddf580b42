// Where a provider's requests go, behind its base URL.
#pragma once

#include "core/ids.hpp"
#include "providers/openai/profile.hpp"

#include <string>
#include <string_view>

namespace overnight::providers::openai {

std::string files_target(const Profile& profile, std::string_view cursor);
std::string file_target(const Profile& profile, const core::RemoteFileId& id);
std::string batches_target(const Profile& profile);
std::string batch_list_target(const Profile& profile, std::string_view cursor);
std::string batch_target(const Profile& profile, const core::RemoteBatchId& id);
std::string result_page_target(const Profile& profile,
                               const core::RemoteFileId& results,
                               std::string_view cursor);
/// Of the ordinary endpoint that `endpoint` names: "/v1/chat/completions" is "/chat/completions"
/// behind a base URL that ends with the version.
std::string ordinary_target(const Profile& profile, std::string_view endpoint);

}  // namespace overnight::providers::openai
