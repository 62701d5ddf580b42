// A provider that speaks OpenAI's Batch API, as data: what it does differently. A default is what
// OpenAI does; a provider is one row in profiles.cpp.
//
// Names of JSON members are C strings, because Boost.JSON looks them up; null means that the
// provider has no such member. Words and names are the provider's.
#pragma once

#include "model/attempt.hpp"
#include "providers/openai/endpoint.hpp"
#include "providers/openai/limits.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace overnight::providers::openai {

inline constexpr std::array all_endpoints{Endpoint::chat, Endpoint::responses, Endpoint::embeddings,
                                          Endpoint::moderations, Endpoint::completions};

/// A word for a batch's status, in lower case; words are compared without case.
struct StatusWord {
    std::string_view word;
    model::BatchStatus status = model::BatchStatus::unknown;
};

inline constexpr std::array openai_statuses{
    StatusWord{"validating", model::BatchStatus::validating},
    StatusWord{"in_progress", model::BatchStatus::in_progress},
    StatusWord{"progress", model::BatchStatus::in_progress},  // Novita's
    StatusWord{"finalizing", model::BatchStatus::finalizing},
    StatusWord{"completed", model::BatchStatus::completed},
    StatusWord{"failed", model::BatchStatus::failed},
    StatusWord{"expired", model::BatchStatus::expired},
    StatusWord{"cancelling", model::BatchStatus::cancelling},
    StatusWord{"cancelled", model::BatchStatus::cancelled},
    StatusWord{"canceling", model::BatchStatus::cancelling},
    StatusWord{"canceled", model::BatchStatus::cancelled}};

/// How a list is read on. `name` is the query's member.
struct Cursor {
    enum class Kind {
        id,      ///< of the last element; `has_more` says that there is more
        number,  ///< of the page, from 0; `total` says how many elements there are
        token,   ///< the reply's member of the same name; absent behind the last page
        none,    ///< one page is all
    };
    Kind kind = Kind::id;
    const char* name = "after";
};

/// An error's shape beside OpenAI's {"error":{"message",..}}.
enum class ErrorShape {
    nested,  ///< OpenAI's alone
    flat,    ///< {"message","type","code"}, or {"detail"} of a refused key or body
    text,    ///< {"code","error":"words"}
};

/// A result line's shape.
enum class LineShape {
    openai,  ///< {"custom_id","response":{"status_code","body"},"error"}
    grpc,    ///< {"batch_request_id","batch_result":{"response":{NAME: body},"error":{code,..}}}
};

/// Members of a batch.
struct BatchMembers {
    const char* wrapper = nullptr;  ///< a reply may hold the batch under this name
    const char* id = "id";
    const char* status = "status";        ///< null: the counts decide
    const char* input = "input_file_id";  ///< a string, or a list whose first element counts
    const char* output = "output_file_id";
    const char* error = "error_file_id";
    const char* created = "created_at";
    /// The object around the counts; null: the batch itself.
    const char* counts = "request_counts";
    const char* total = "total";
    const char* completed = "completed";
    const char* failed = "failed";
    const char* progress = nullptr;  ///< in per cent, where there are no counts
    const char* list = "data";       ///< of a list's page; null: the page is the list itself
    /// The object around tag, job and shard; null: the batch itself.
    const char* metadata = "metadata";
    const char* tag = "overnight";  ///< null: nothing of ours is kept
    const char* job = "job";
    const char* shard = "shard";
};

struct Profile {
    // the account
    std::string_view kind{};      ///< also the family: whose answers are the same answers
    std::string_view name{};      ///< for messages
    std::string_view base_url{};  ///< "": it is the user's to say
    std::string_view emulator_path{};
    const char* key_variable = nullptr;
    const char* base_url_variable = nullptr;
    std::string_view key_header = "Authorization";
    std::string_view key_prefix = "Bearer ";
    std::string_view
        version{};  ///< before every target, where the base URL does not end with it: "/v1"

    // requests
    std::span<const Endpoint> endpoints = all_endpoints;
    std::uint32_t max_requests = openai::max_requests;
    std::uint64_t max_bytes = max_file_bytes;
    std::uint64_t max_line_bytes = openai::max_line_bytes;
    bool full_lines = true;  ///< a line says method and url, and its body the model
    std::string_view output_limit = "max_completion_tokens";  ///< of a chat
    bool takes_effort = true;                                 ///< `reasoning_effort`
    bool packs_vectors = true;  ///< embeddings as base64, when they are asked for

    // files
    std::string_view upload_target = "/files";
    std::string_view purpose = "batch";  ///< "": there is no such field
    bool names_file = false;             ///< the form says file_name and file_type too
    bool file_expires = true;            ///< the form can say when
    bool checks_file = false;  ///< a batch is refused until the file's status is "processed"
    bool tells_size = true;    ///< a result file's length can be relied on
    std::string_view file_query = "purpose=batch&limit=1000";

    // batches
    std::string_view batches = "/batches";
    std::string_view batch_query = "limit=100";
    Cursor cursor{};
    bool newest_first = true;
    /// A page of batches always says `has_more`, so that one without it proves nothing. Else it may
    /// be silent, and the page behind it is asked for. (Cursor::Kind::id)
    bool says_more = true;
    std::string_view cancel = "/cancel";                       ///< behind the batch's target
    std::string_view window = R"("completion_window":"24h")";  ///< a create's member; "": none
    bool create_says_endpoint = true;
    bool create_says_model = false;
    bool lists_input = false;  ///< the create's input file is a list of one
    /// A batch always says its input file; else it may say its tag alone.
    bool echoes_input = true;
    BatchMembers batch{};
    std::span<const StatusWord> statuses = openai_statuses;
    bool failed_ran = false;     ///< "failed" is also said of batches whose requests were executed
    bool fence_by_file = false;  ///< deleting the input is known to stop a late create
    ErrorShape errors = ErrorShape::nested;

    // results
    /// Behind the batch's target: results come page by page from there.
    std::string_view results{};
    std::string_view unfinished_header{};  ///< "true" in it: the result file still grows
    LineShape lines = LineShape::openai;
};

}  // namespace overnight::providers::openai
