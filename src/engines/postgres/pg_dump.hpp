#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/context.hpp"
#include "engines/postgres/wire.hpp"

namespace keel::postgres {

struct PgDumpTool {
    std::filesystem::path path;
    std::string version;  ///< "15.18"
    int major = 0;
};

/// Every pg_dump of this machine: in PATH, then Debian's places, the oldest version first.
std::vector<PgDumpTool> find_pg_dumps();

/// The one to use for a server of that major version: the first in PATH that is not older, else the
/// oldest that is not. Throws ErrorKind::unsupported naming what was found and the package to
/// install.
PgDumpTool choose_pg_dump(const std::vector<PgDumpTool>& tools, int server_major);

/// That of this machine, or nothing when none is new enough: then definitions are written without
/// it (write_definitions).
std::optional<PgDumpTool> fit_pg_dump(int server_major);

/// What a backup says wrote its definitions.
std::string writer_of(const std::optional<PgDumpTool>& tool);

struct PgDumpRun {
    const PgDumpTool& tool;
    Wire& wire;                    ///< whose server, role and database pg_dump connects to
    std::string snapshot;          ///< exported on it; empty: its own
    std::string section;           ///< "pre-data" or "post-data"; empty: everything
    std::string format = "plain";  ///< or "custom"
};

/// Writes the section's SQL, or the whole archive. The password goes through a file that only
/// memory holds. Throws unless pg_dump exits with 0 and its output ends as a whole dump does.
void run_pg_dump(const PgDumpRun& run, ByteSink& sink, const Context& context);

struct PgRestoreRun {
    Wire& wire;  ///< the database that is filled
    std::filesystem::path archive;
    std::size_t jobs = 1;
};
/// Puts an archive of pg_dump into a database; what is in it belongs to the wire's role. Throws
/// ErrorKind::invalid_input with what pg_restore said when it does not exit with 0.
void run_pg_restore(const PgRestoreRun& run, const Context& context);

/// A libpq connection string for the very server, role and database that the wire is on, without
/// anything secret.
std::string public_conninfo(const Wire& wire);

}  // namespace keel::postgres
