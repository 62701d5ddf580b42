// The upload of a batch's input file by the resumable protocol (providers/gemini.md 4.1).
#pragma once

#include "providers/api.hpp"

#include <cstdint>
#include <string>

namespace overnight::providers::gemini {

/// The name that an upload asks for: the same tag cannot be uploaded twice.
core::RemoteFileId file_name(std::string_view tag);

/// A start, then the whole file in one request; after a connection that broke, a question how much
/// has arrived, then the rest. The URL that the start's reply names gives only a path and a query:
/// nothing of a reply decides where a key is sent to.
class ResumableUpload final : public UploadSession {
public:
    explicit ResumableUpload(UploadSpec spec) : spec_(std::move(spec)) {}
    model::HttpRequest first() override;
    core::Result<std::optional<model::HttpRequest>> next(const model::HttpResponse& reply) override;
    std::optional<model::HttpRequest> resume() override;

private:
    model::HttpRequest send_from(std::uint64_t offset) const;
    model::HttpRequest command(std::string_view what) const;

    /// What the next reply answers.
    enum class Asked { start, bytes, how_much };

    UploadSpec spec_;
    std::string target_;  ///< of the upload; "" before the start was answered
    Asked asked_ = Asked::start;
};

/// Path and query of an absolute URL, or of a path; "" for what cannot be a request's target.
std::string target_of(std::string_view url);

}  // namespace overnight::providers::gemini
