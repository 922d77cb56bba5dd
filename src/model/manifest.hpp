#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "model/database_url.hpp"

namespace keel {

/// One named stream of a backup, as stored.
struct StoredStream {
    std::string name;  ///< "database", "pre-data", "table/3", "post-data"
    std::uint64_t raw_bytes = 0;
    std::string digest;              ///< XXH3-128 of the raw bytes
    std::uint64_t stored_bytes = 0;  ///< what its chunks take at rest, shared ones too
};

/// A pack that a backup needs.
struct PackUse {
    std::string run;  ///< the backup that wrote it
    std::uint32_t number = 0;
    std::uint64_t bytes = 0;

    bool operator==(const PackUse&) const = default;
};

/// One table in a backup: what a restore is compared with.
struct TableContent {
    std::string schema;
    std::string name;
    std::uint64_t rows = 0;
    std::string digest;  ///< RowDigest, hex
    std::string stream;  ///< which stream holds its rows; empty when a whole-file stream does
    std::vector<std::string> columns;
};

/// What an engine's dumper put into a backup, and needs to put it back.
struct DumpContent {
    EngineKind engine = EngineKind::sqlite;
    std::string server_version;
    std::string tool_version;  ///< pg_dump's
    std::string schema_fingerprint;
    std::vector<TableContent> tables;
    Json details =
        Json::object();  ///< the engine's own: encoding, collation, sequences, page size, …
};

/// Written last, once: the backup exists if and only if its manifest does.
struct Manifest {
    int format = 2;
    std::string id;
    std::uint64_t sequence = 0;  ///< order among backups of one repository, independent of clocks
    std::string
        previous_digest;  ///< of the manifest before it: a removed or replaced one is noticed
    TimePoint created_at{};
    std::string project;
    std::string environment;
    std::string database;     ///< redacted URL
    std::string instance_id;  ///< of the database's marker
    std::string label;
    std::string note;
    std::string reason;  ///< "manual", "safety: migrate down", …
    std::string keel_version;
    std::uint64_t bytes_source = 0;
    std::int64_t duration_ms = 0;
    DumpContent content;
    std::vector<StoredStream> streams;
    std::vector<PackUse> packs;
    std::uint64_t index_bytes = 0;  ///< of the file that says where everything lies
    std::string index_digest;
    std::uint64_t bytes_new = 0;  ///< what this backup added to the repository

    /// What it takes to restore it; other backups may need some of that too.
    std::uint64_t bytes_stored() const noexcept;
};

Json to_json(const Manifest& manifest);
/// Throws ErrorKind::integrity on anything missing, unsupported on a newer format.
Manifest manifest_from_json(const Json& json);

/// One check of a backup, kept beside it; the manifest itself never changes.
struct Verification {
    TimePoint at{};
    std::string how;  ///< "read" (every byte decoded and hashed) or "restored"
    bool ok = false;
    std::uint64_t checked_bytes = 0;
    std::int64_t duration_ms = 0;
    std::vector<std::string> problems;
};

}  // namespace keel
