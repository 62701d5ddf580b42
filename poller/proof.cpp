#include "poller/proof.hpp"

#include "jsonl/line_reader.hpp"
#include "model/custom_id.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace overnight::poller {
namespace {

/// The first custom_id in the attempt's result files.
core::Result<std::optional<std::string>> first_id(const providers::Account& account,
                                                  const store::Store& store,
                                                  const model::Attempt& attempt) {
    OVERNIGHT_TRY_ASSIGN(const auto job, store.job(attempt.key.job));
    const auto parser = account.adapter->line_parser(job ? std::string_view(job->endpoint)
                                                         : account.adapter->default_endpoint());
    for (const auto& path : {store.output_file(attempt.key), store.error_file(attempt.key)}) {
        std::error_code ignored;
        if (!std::filesystem::exists(path, ignored)) continue;
        OVERNIGHT_TRY_ASSIGN(auto reader, jsonl::LineReader::open(path));
        jsonl::Line line;
        while (true) {
            OVERNIGHT_TRY_ASSIGN(const bool more, reader.next(line));
            if (!more) break;
            providers::LineResult result;
            if (parser->parse(line.text, result)) return std::optional(std::move(result.custom_id));
        }
    }
    return std::optional<std::string>{};
}

}  // namespace

core::Result<Proof> prove(const providers::Account& account,
                          const store::Store& store,
                          const model::Attempt& attempt) {
    OVERNIGHT_TRY_ASSIGN(const auto id, first_id(account, store, attempt));
    if (!id) return Proof::none;
    return id->starts_with(attempt.intent.v) ? Proof::ours : Proof::foreign;
}

core::Result<core::IntentId> first_intent(const providers::Account& account,
                                          const store::Store& store,
                                          const model::Attempt& attempt) {
    OVERNIGHT_TRY_ASSIGN(const auto id, first_id(account, store, attempt));
    const auto parsed = id ? model::parse_custom_id(*id) : std::nullopt;
    return parsed ? core::IntentId{std::string(parsed->intent)} : core::IntentId{};
}

}  // namespace overnight::poller
