#pragma once

#include <string>
#include <vector>

#include "base/context.hpp"
#include "base/digest.hpp"
#include "base/streams.hpp"
#include "db/connection.hpp"
#include "engines/postgres/dump_catalog.hpp"
#include "model/manifest.hpp"

namespace keel::postgres {

/// Loads the rows of a backup and afterwards holds what the database says against them.
class RowRestore {
  public:
    /// All must outlive it.
    RowRestore(Connection& connection, const DumpContent& content, StreamReader& streams,
               const Context& context);

    /// Every table, each in its own transaction. Throws ErrorKind::integrity when a stream is not
    /// what the manifest says.
    void load();
    /// Reads every table back. Throws ErrorKind::integrity naming the first that differs.
    void compare();

  private:
    void load_table(const DumpTable& table, const TableContent& content);
    RowDigest read_back(const DumpTable& table);
    void report(std::string_view phase, const std::string& table);

    Connection& connection_;
    const DumpContent& content_;
    StreamReader& streams_;
    const Context& context_;
    std::vector<DumpTable> tables_;
    std::uint64_t done_ = 0;
    std::uint64_t total_ = 0;
};

}  // namespace keel::postgres
