// An emulator under test, and the calls that its users make.
#pragma once

#include "emulator/emulator.hpp"
#include "raw_http.hpp"

#include <boost/json.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::test {

/// A directory of its own, removed at the end.
class TempDirectory {
public:
    TempDirectory();
    ~TempDirectory();
    TempDirectory(const TempDirectory&) = delete;
    TempDirectory& operator=(const TempDirectory&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

class Session {
public:
    /// The clock stands still but for advance(), so that nothing depends on how fast the machine
    /// is.
    explicit Session(std::string faults = "", std::filesystem::path state = {});

    emulator::Emulator& emulator() { return *emulator_; }
    std::uint16_t port() const { return emulator_->port(); }
    void advance(double seconds);

    RawReply get(const std::string& target, std::vector<std::string> headers = {});
    RawReply del(const std::string& target);
    RawReply post(const std::string& target,
                  std::string body,
                  std::vector<std::string> headers = {});
    RawReply upload(const std::string& content,
                    const std::string& filename = "in.jsonl",
                    const std::string& purpose = "batch");

    /// The file's id.
    std::string upload_id(const std::string& content);
    RawReply create(const std::string& file,
                    const std::string& metadata = "null",
                    const std::string& endpoint = "/v1/chat/completions");
    /// Uploads and creates; the batch's id.
    std::string start_batch(const std::string& content,
                            const std::string& endpoint = "/v1/chat/completions");
    boost::json::object batch(const std::string& id);
    /// Moves the clock until the batch has that status, and gives up after a while of real time.
    boost::json::object wait_for(const std::string& id, std::string_view status);
    /// Moves the clock until the batch has ended.
    boost::json::object finish(const std::string& id);
    /// Lines of a file of the batch; empty when there is none.
    std::vector<boost::json::object> lines(const boost::json::object& batch, const char* file);
    std::vector<boost::json::object> ledger(std::string_view event = "") const;

private:
    TempDirectory directory_;
    std::unique_ptr<emulator::Emulator> emulator_;
};

boost::json::object object_of(const RawReply& reply);
std::string text_in(const boost::json::object& object, const char* pointer);
std::int64_t number_in(const boost::json::object& object, const char* pointer);
const boost::json::value& at(const boost::json::object& object, const char* pointer);

/// `count` chat lines with custom_ids c1, c2, ...; `text` stands in each, with its number.
std::string chat_lines(int count, const std::string& text = "Classify this topic");
std::string chat_body(const std::string& text, const std::string& more = "");

}  // namespace overnight::test
