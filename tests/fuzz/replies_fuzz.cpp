// Any bytes as a provider's reply: nothing crashes, and a create is never called refused, or to be
// tried again, on a status that proves nothing (SUBMISSION 3.1).
#include "tests/fuzz/choices.hpp"

#include <array>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace overnight;
    using providers::ReplyClass;
    fuzz::Choices choices(data, size);
    const auto& adapter = choices.adapter();
    constexpr std::array statuses{200u, 201u, 204u, 301u, 400u, 401u, 402u, 403u, 404u, 405u,
                                  408u, 409u, 413u, 422u, 425u, 429u, 500u, 502u, 503u, 529u};
    model::HttpResponse reply;
    reply.status = static_cast<decltype(reply.status)>(statuses[choices.below(statuses.size())]);
    reply.body = std::string(choices.rest());

    const auto created = adapter.classify_create(reply);
    if (created.what == ReplyClass::retry) std::abort();
    const bool proves_nothing = reply.status >= 500 || reply.status < 400 || reply.status == 408 ||
                                reply.status == 409 || reply.status == 425;
    if (proves_nothing && created.what != ReplyClass::ok && created.what != ReplyClass::ambiguous)
        std::abort();
    (void)adapter.classify(reply);
    (void)adapter.token_limit_of(choices.rest());
    (void)adapter.parse_file(reply);
    (void)adapter.parse_file_page(reply);
    (void)adapter.parse_deleted(reply);
    if (auto batch = adapter.parse_batch(reply)) (void)adapter.classify_failed(*batch);
    if (auto page = adapter.parse_batch_page(reply))
        (void)adapter.cursor_after("1", std::move(page->next));
    if (adapter.pages_results()) {
        std::string lines = "before\n";
        const bool whole = adapter.parse_result_page(reply, lines).has_value();
        if (!whole && lines != "before\n") std::abort();
        if (!lines.starts_with("before\n") || lines.back() != '\n') std::abort();
    }
    return 0;
}
