#include "submitter/sync_reply.hpp"

#include "core/text.hpp"
#include "jsonl/line_reader.hpp"
#include "net/classify.hpp"

#include <algorithm>

namespace overnight::submitter {
namespace {

using core::Errc;
using providers::ReplyClass;
using Line = CallEnd::Line;
using Server = CallEnd::Server;

constexpr std::uint32_t most_refused_early = 3;
/// Of a result line: what settling reads.
constexpr std::size_t longest_result = jsonl::LineLimits{}.line_bytes - 1024;

std::string failure_line(const providers::Adapter& adapter,
                         std::string_view custom_id,
                         std::string_view code,
                         std::string_view message) {
    std::string line;
    adapter.append_raw_failure(line, custom_id, code, message);
    if (line.empty() || line.back() != '\n') line += '\n';
    return line;
}

std::string with_release(std::string what, std::string_view account) {
    return std::move(what) + "; when that is mended: overnight doctor --release " +
           std::string(account);
}

std::string said(const model::HttpResponse& reply, const providers::Reply& meaning) {
    std::string text = "it answers " + std::to_string(reply.status);
    if (!meaning.message.empty()) text += ": " + core::printable(meaning.message, 200);
    return text;
}

/// The reply's own class, and its status where the server has no error shape that the adapter
/// knows: servers that copy a dialect do not copy its errors.
ReplyClass class_of(const model::HttpResponse& reply, const providers::Reply& meaning) {
    if (meaning.what != ReplyClass::retry && meaning.what != ReplyClass::rejected)
        return meaning.what;
    switch (reply.status) {
    case 401:
    case 403:
        return ReplyClass::unauthorized;
    case 402:
        return ReplyClass::quota;
    case 404:
    case 405:
        return ReplyClass::not_found;
    case 429:
        return ReplyClass::rate_limited;
    default:
        return reply.status >= 500 || reply.status == 408 || reply.status == 425
                   ? ReplyClass::retry
                   : ReplyClass::rejected;
    }
}

/// Looks like a JSON object.
bool is_object(std::string_view body) {
    const auto at = body.find_first_not_of(" \t\r\n");
    return at != std::string_view::npos && body[at] == '{';
}

std::optional<core::Duration> wait_of(const model::HttpResponse& reply,
                                      const providers::Reply& meaning,
                                      core::TimePoint now) {
    const auto header = net::retry_after(reply, now);
    if (!header) return meaning.wait;
    return meaning.wait ? std::max(*header, *meaning.wait) : *header;
}

CallEnd end_of_reply(const CallFacts& call, const model::HttpResponse& reply, core::TimePoint now) {
    const auto meaning = call.adapter.classify(reply);
    CallEnd end;
    const auto hold = [&](std::string_view why) {
        end.hold_reason =
            with_release(std::string(why) + " (" + said(reply, meaning) + ")", call.account);
    };
    switch (class_of(reply, meaning)) {
    case ReplyClass::ok:
        break;
    case ReplyClass::rejected:
        end.trouble = said(reply, meaning);
        break;
    case ReplyClass::not_found:
        // Of a recipe all lines go to one address and one model: no row is to blame.
        if (call.kind == model::JobKind::recipe && call.proven == CallFacts::Proven::no) {
            hold("the server knows no such address or model");
            return end;
        }
        end.trouble = said(reply, meaning);
        break;
    case ReplyClass::unauthorized:
        hold("the provider refuses the key");
        return end;
    case ReplyClass::quota:
        hold("the provider says that the quota or the credit is used up");
        return end;
    case ReplyClass::rate_limited:
    case ReplyClass::token_limit:
        end.server = Server::limited;
        end.wait = wait_of(reply, meaning, now);
        end.trouble = said(reply, meaning);
        return end;
    case ReplyClass::retry:
    case ReplyClass::ambiguous:
        end.server = Server::failed;
        end.wait = wait_of(reply, meaning, now);
        end.trouble = said(reply, meaning);
        break;
    }
    // HTML, or a stream of events: the next line's would be no better, and each is paid.
    if (reply.status >= 200 && reply.status < 300 && !is_object(reply.body) &&
        call.proven == CallFacts::Proven::no)
        hold("the server does not answer as one of its kind");
    end.line = Line::result;
    call.adapter.append_reply_line(end.result, call.custom_id, reply);
    if (end.result.empty() || end.result.size() > longest_result)
        end.result = failure_line(call.adapter, call.custom_id, "unreadable_reply",
                                  "the reply cannot be kept as a result");
    return end;
}

CallEnd end_without_reply(const CallFacts& call, const core::Error& why) {
    CallEnd end;
    end.line = Line::result;
    end.server = Server::failed;
    end.trouble = why.describe();
    if (why.code() == Errc::cancelled) {  // given up because the process has to end
        end.server = Server::silent;
        end.trouble.clear();
        end.result = interrupted_line(call.adapter, call.custom_id);
        return end;
    }
    const auto code = why.code() == Errc::timed_out ? "timed_out" : "no_reply";
    end.result = failure_line(call.adapter, call.custom_id, code, why.describe());
    // A server whose replies are none will send no better one for the next line, and each is paid.
    if (why.code() == Errc::protocol && call.proven == CallFacts::Proven::no)
        end.hold_reason =
            with_release("the server's replies cannot be read: " + why.describe(), call.account);
    return end;
}

CallEnd end_not_sent(const CallFacts& call, const core::Error& why) {
    CallEnd end;
    end.trouble = why.describe();
    switch (why.code()) {
    case Errc::cancelled:
        end.server = Server::silent;
        end.trouble.clear();
        return end;
    case Errc::unauthorized:
        end.hold_reason = with_release("the provider refuses the key", call.account);
        return end;
    case Errc::rate_limited:
        end.server = Server::limited;
        return end;
    case Errc::configuration:  // no certificates to trust: waiting does not mend it
        end.hold_reason = with_release(why.describe(), call.account);
        return end;
    case Errc::invalid_input:
        end.line = Line::result;
        end.server = Server::silent;
        end.result = failure_line(call.adapter, call.custom_id, "not_sendable", why.describe());
        return end;
    default:
        break;
    }
    end.server = Server::failed;
    // A server that answers before it has the whole line does not want this one: too large,
    // perhaps.
    if (!why.remote_detail().empty() && call.refused_early + 1 >= most_refused_early) {
        end.line = Line::result;
        end.server = Server::answered;
        end.result =
            failure_line(call.adapter, call.custom_id, "refused_early",
                         why.describe() + ": " + core::printable(why.remote_detail(), 200));
    }
    return end;
}

}  // namespace

CallEnd end_of(const CallFacts& call, const model::CreateOutcome& outcome, core::TimePoint now) {
    if (const auto* not_sent = std::get_if<model::NotSent>(&outcome))
        return end_not_sent(call, not_sent->why);
    if (const auto* no_reply = std::get_if<model::NoReply>(&outcome))
        return end_without_reply(call, no_reply->why);
    return end_of_reply(call, std::get<model::HttpResponse>(outcome), now);
}

std::string interrupted_line(const providers::Adapter& adapter, std::string_view custom_id) {
    return failure_line(adapter, custom_id, "interrupted",
                        "the program ended between this call and its reply");
}

}  // namespace overnight::submitter
