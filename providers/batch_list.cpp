#include "providers/batch_list.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

namespace overnight::providers {
namespace {

constexpr int max_pages = 2000;

}  // namespace

core::Result<ListRead> read_batch_list(
    const Account& account,
    const std::stop_token& stop,
    const std::function<core::Result<>(BatchView&)>& each,
    const std::function<bool(std::int64_t last_created)>& enough) {
    ListRead read;
    std::set<std::string> ids;
    std::set<std::string> cursors;
    std::string cursor;
    std::int64_t last_created = INT64_MAX;
    const auto disorder = [&](const char* why) {
        if (read.orderly) read.why = why;
        read.orderly = false;
    };
    for (int page_no = 0; page_no < max_pages; ++page_no) {
        const auto request = account.adapter->list_batches(cursor);
        const auto reply = account.transport->send(request, stop);
        if (!reply) {
            read.why = reply.error().describe();
            return read;
        }
        const auto what = account.adapter->classify(*reply).what;
        read.unauthorized = what == ReplyClass::unauthorized;
        auto page = account.adapter->parse_batch_page(*reply);
        if (what != ReplyClass::ok || !page) {
            read.why = "a page of the list could not be read";
            return read;
        }
        for (auto& batch : page->items) {
            if (!ids.insert(batch.id.v).second) disorder("the list repeats itself");
            if (account.adapter->lists_newest_first()) {
                if (batch.created_at > last_created) disorder("the list is out of order");
                // 0 is not 1970: taken for a time, it would end the reading before its place.
                if (batch.created_at == 0) disorder("the list has a batch without a time");
            }
            if (batch.created_at != 0) last_created = std::min(last_created, batch.created_at);
            OVERNIGHT_TRY(each(batch));
        }
        const bool far_enough = account.adapter->lists_newest_first() && enough(last_created);
        if (!page->more || far_enough) {
            read.complete = true;
            return read;
        }
        cursor = account.adapter->cursor_after(cursor, std::move(page->next));
        if (!cursors.insert(cursor).second) {
            disorder("the list repeats itself");
            read.complete = true;
            return read;
        }
    }
    read.why = "the list has no end";
    return read;
}

}  // namespace overnight::providers
