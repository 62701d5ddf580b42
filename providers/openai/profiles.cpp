// The rows. Each names what differs from OpenAI, and only that (providers/others.md 1 and 3; what
// of it is not proven stands in README.md). Nobody has shown of any but OpenAI itself that
// deleting the input file stops a late create: a lost one is waited out there.
#include "providers/openai/profiles.hpp"

#include <array>

namespace overnight::providers::openai {
namespace {

using Kind = Cursor::Kind;
using Status = model::BatchStatus;

constexpr std::array chat{Endpoint::chat};
constexpr std::array chat_and_completions{Endpoint::chat, Endpoint::completions};
constexpr std::array chat_and_embeddings{Endpoint::chat, Endpoint::embeddings};
constexpr std::array chat_and_responses{Endpoint::chat, Endpoint::responses};
constexpr std::array chat_responses_embeddings{Endpoint::chat, Endpoint::responses,
                                               Endpoint::embeddings};
constexpr std::array chat_embeddings_moderations{Endpoint::chat, Endpoint::embeddings,
                                                 Endpoint::moderations};

constexpr std::array mistral_statuses{StatusWord{"queued", Status::validating},
                                      StatusWord{"running", Status::in_progress},
                                      StatusWord{"success", Status::completed},
                                      StatusWord{"failed", Status::failed},
                                      StatusWord{"timeout_exceeded", Status::expired},
                                      StatusWord{"cancellation_requested", Status::cancelling},
                                      StatusWord{"cancelled", Status::cancelled}};

constexpr std::array rows{
    Profile{.kind = "openai",
            .name = "OpenAI",
            .base_url = "https://api.openai.com/v1",
            .emulator_path = "/v1",
            .key_variable = "OPENAI_API_KEY",
            .base_url_variable = "OPENAI_BASE_URL",
            .fence_by_file = true},

    // The model's name is that of a batch deployment. Its batches do not expire after the window.
    Profile{.kind = "azure",
            .name = "Azure OpenAI",
            .emulator_path = "/_as/azure/openai/v1",
            .key_variable = "AZURE_OPENAI_API_KEY",
            .base_url_variable = "AZURE_OPENAI_BASE_URL",
            .key_header = "api-key",
            .key_prefix = "",
            .endpoints = chat_responses_embeddings,
            .max_requests = 100'000,
            .checks_file = true},

    Profile{.kind = "groq",
            .name = "Groq",
            .base_url = "https://api.groq.com/openai/v1",
            .emulator_path = "/_as/groq/openai/v1",
            .key_variable = "GROQ_API_KEY",
            .base_url_variable = "GROQ_BASE_URL",
            .endpoints = chat,
            .max_bytes = 95'000'000,
            .file_expires = false,
            .file_query = "",
            .batch_query = "",
            .cursor = {Kind::none, ""},
            .newest_first = false},

    Profile{.kind = "together",
            .name = "Together AI",
            .base_url = "https://api.together.xyz/v1",
            .key_variable = "TOGETHER_API_KEY",
            .base_url_variable = "TOGETHER_BASE_URL",
            .endpoints = chat_and_completions,
            .max_bytes = 95'000'000,
            .output_limit = "max_tokens",
            .packs_vectors = false,
            .upload_target = "/files/upload",
            .purpose = "batch-api",
            .names_file = true,
            .file_expires = false,
            .tells_size = false,
            .file_query = "",
            .batch_query = "",
            .cursor = {Kind::none, ""},
            .newest_first = false,
            .batch = {.wrapper = "job",
                      .counts = nullptr,
                      .total = nullptr,
                      .completed = nullptr,
                      .failed = nullptr,
                      .progress = "progress",
                      .list = nullptr,
                      .metadata = nullptr,
                      .tag = nullptr,
                      .job = nullptr,
                      .shard = nullptr},
            .failed_ran = true},

    Profile{.kind = "mistral",
            .name = "Mistral",
            .base_url = "https://api.mistral.ai",
            .key_variable = "MISTRAL_API_KEY",
            .base_url_variable = "MISTRAL_BASE_URL",
            .version = "/v1",
            .endpoints = chat_embeddings_moderations,
            .full_lines = false,
            .output_limit = "max_tokens",
            .takes_effort = false,
            .packs_vectors = false,
            .file_expires = false,
            .tells_size = false,
            .file_query = "purpose=batch&page_size=100",
            .batches = "/batch/jobs",
            .batch_query = "page_size=100&order_by=-created",
            .cursor = {Kind::number, "page"},
            .window = R"("timeout_hours":24)",
            .create_says_model = true,
            .lists_input = true,
            .batch = {.input = "input_files",
                      .output = "output_file",
                      .error = "error_file",
                      .counts = nullptr,
                      .total = "total_requests",
                      .completed = "succeeded_requests",
                      .failed = "failed_requests"},
            .statuses = mistral_statuses,
            .failed_ran = true,
            .errors = ErrorShape::flat},

    Profile{.kind = "xai",
            .name = "xAI",
            .base_url = "https://api.x.ai/v1",
            .key_variable = "XAI_API_KEY",
            .base_url_variable = "XAI_BASE_URL",
            .endpoints = chat_and_responses,
            .purpose = "",
            .file_expires = false,
            .file_query = "limit=100",
            .cursor = {Kind::token, "pagination_token"},
            .newest_first = false,
            .cancel = ":cancel",
            .window = "",
            .create_says_endpoint = false,
            .echoes_input = false,
            .batch = {.id = "batch_id",
                      .status = nullptr,
                      .created = "create_time",
                      .counts = "state",
                      .total = "num_requests",
                      .completed = "num_success",
                      .failed = "num_error",
                      .list = "batches",
                      .metadata = nullptr,
                      .tag = "name",
                      .job = nullptr,
                      .shard = nullptr},
            .errors = ErrorShape::text,
            .results = "/results",
            .lines = LineShape::grpc},

    Profile{.kind = "dashscope",
            .name = "DashScope",
            .base_url = "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
            .emulator_path = "/_as/dashscope/compatible-mode/v1",
            .key_variable = "DASHSCOPE_API_KEY",
            .base_url_variable = "DASHSCOPE_BASE_URL",
            .endpoints = chat_and_embeddings,
            .max_bytes = 475'000'000,
            .max_line_bytes = 6'000'000,
            .output_limit = "max_tokens",
            .takes_effort = false,
            .packs_vectors = false,
            .file_expires = false,
            .batch = {.tag = "ds_name", .job = "ds_description", .shard = nullptr}},

    Profile{.kind = "parasail",
            .name = "Parasail",
            .base_url = "https://api.parasail.io/v1",
            .emulator_path = "/_as/parasail/v1",
            .key_variable = "PARASAIL_API_KEY",
            .base_url_variable = "PARASAIL_BASE_URL",
            .endpoints = chat_and_embeddings,
            .max_bytes = 475'000'000,
            .file_expires = false},

    Profile{.kind = "doubleword",
            .name = "Doubleword",
            .base_url = "https://api.doubleword.ai/v1",
            .emulator_path = "/_as/doubleword/v1",
            .key_variable = "DOUBLEWORD_API_KEY",
            .base_url_variable = "DOUBLEWORD_BASE_URL",
            .endpoints = chat_and_embeddings,
            .max_bytes = 95'000'000,
            .max_line_bytes = 10'000'000,
            .file_expires = false,
            .tells_size = false,
            .failed_ran = true,
            .unfinished_header = "X-Incomplete"},

    // Any other server that has the routes: LiteLLM, vLLM with --enable-batch-api, llama-stack.
    Profile{.kind = "openai-compatible",
            .name = "the server",
            .emulator_path = "/_as/openai-compatible/v1",
            .key_variable = "OPENAI_COMPATIBLE_API_KEY",
            .base_url_variable = "OPENAI_COMPATIBLE_BASE_URL",
            .max_bytes = 95'000'000,
            .packs_vectors = false,
            .file_expires = false,
            .tells_size = false,
            .newest_first = false,
            .failed_ran = true},
};

}  // namespace

std::span<const Profile> profiles() noexcept {
    return rows;
}

}  // namespace overnight::providers::openai
