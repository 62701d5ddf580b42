// What a state directory remembers of files and batches: an append-only file of JSON records; the
// last one of an object counts.
#pragma once

#include "core/error.hpp"
#include "emulator/clock.hpp"
#include "emulator/disk.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace overnight::emulator {

class Journal {
public:
    struct Contents {
        std::vector<boost::json::value>
            files;  ///< without those that are gone; in the order of creation
        std::vector<boost::json::value>
            batches;            ///< the last record of each that is left; in the order of creation
        std::int64_t time = 0;  ///< milliseconds: the last time of the virtual clock
    };

    /// Reads what is there and opens it for more. A last line that was cut off is dropped.
    static core::Result<std::unique_ptr<Journal>> open(const std::filesystem::path& path,
                                                       Contents& contents);

    /// Whose time each record carries, so that the clock of a next life does not fall behind.
    /// Before put().
    void set_clock(const VirtualClock& clock) { clock_ = &clock; }
    /// One record; `json` is a JSON value. Any thread but set_clock()'s.
    core::Result<> put(std::string_view kind, std::string_view json);

private:
    explicit Journal(Descriptor file) : file_(std::move(file)) {}
    std::mutex mutex_;
    Descriptor file_;
    const VirtualClock* clock_ = nullptr;
};

}  // namespace overnight::emulator
