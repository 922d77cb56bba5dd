#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"

namespace keel {

struct AuditHead {
    std::string log_id;  ///< of this log file
    std::uint64_t sequence = 0;
    std::string hash;  ///< of its newest entry
};

struct AuditProblem {
    std::string file;
    std::uint64_t line = 0;
    std::string message;
};

/// Append-only NDJSON, one entry a line; every entry holds the hash of the one before it, and its
/// own. Entries are synced before `append` returns. Writers of several processes are serialised by
/// a lock file; rotation starts a segment whose first entry cites the old head. Tamper-evident, not
/// tamper-proof: docs/explanation/audit.md.
class AuditLog {
  public:
    /// `directory` is made at the first append; a segment of `segment_limit` bytes or more is
    /// closed.
    AuditLog(std::filesystem::path directory, const Clock& clock,
             std::uint64_t segment_limit = 8u << 20);

    /// Adds time, sequence and hashes to `entry`, writes and syncs it. Throws ErrorKind::io: then
    /// nothing may be done.
    AuditHead append(const Json& entry);
    std::optional<AuditHead> head() const;
    /// Oldest first, across segments.
    void read(const std::function<void(const Json&)>& each) const;
    /// Every break of the chain; `anchor` is what a database remembers: an older or shorter log
    /// than it is a break.
    std::vector<AuditProblem> verify(const std::optional<AuditHead>& anchor) const;

  private:
    std::filesystem::path directory_;
    const Clock& clock_;
    std::uint64_t segment_limit_;
};

}  // namespace keel
