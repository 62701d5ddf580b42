// The table of routes, and pages by number.
#include "emulator/mistral/routes.hpp"

#include "emulator/mistral/replies.hpp"
#include "emulator/openai/routes.hpp"

#include <array>
#include <charconv>

namespace overnight::emulator::mistral {

namespace {

constexpr std::size_t max_page = 1'000'000;
constexpr std::size_t max_page_size = 1'000;

constexpr std::array table{
    Route{"POST", "/v1/files", upload_file, BodyMode::stream},
    Route{"GET", "/v1/files", list_files},
    Route{"GET", "/v1/files/{id}", get_file},
    Route{"DELETE", "/v1/files/{id}", openai::delete_file},
    Route{"GET", "/v1/files/{id}/content", openai::get_content},
    Route{"POST", "/v1/batch/jobs", create_job, BodyMode::text},
    Route{"GET", "/v1/batch/jobs", list_jobs},
    Route{"GET", "/v1/batch/jobs/{id}", get_job},
    Route{"DELETE", "/v1/batch/jobs/{id}", delete_job},
    Route{"POST", "/v1/batch/jobs/{id}/cancel", cancel_job},
    Route{"POST", "/v1/chat/completions", openai::ordinary_call, BodyMode::text},
    Route{"POST", "/v1/embeddings", openai::ordinary_call, BodyMode::text},
    Route{"POST", "/v1/moderations", openai::ordinary_call, BodyMode::text},
    Route{"GET", "/v1/models", openai::list_models},
    Route{"GET", "/v1/models/{id}", openai::get_model},
};

ApiError read_number(const Call& call, const char* name, std::size_t most, std::size_t& number) {
    const auto text = call.parameter(name);
    if (!text) return {};
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error == std::errc{} && end == text->data() + text->size() && number <= most) return {};
    return unprocessable(name, "Input should be a valid integer", "int_parsing");
}

}  // namespace

std::span<const Route> routes() noexcept {
    return table;
}

ApiError read_page(const Call& call, PageNumber& page) {
    if (ApiError wrong = read_number(call, "page", max_page, page.page); wrong.status != 0)
        return wrong;
    if (ApiError wrong = read_number(call, "page_size", max_page_size, page.size);
        wrong.status != 0)
        return wrong;
    if (page.size == 0)
        return unprocessable("page_size", "Input should be greater than 0", "greater_than");
    return {};
}

}  // namespace overnight::emulator::mistral
