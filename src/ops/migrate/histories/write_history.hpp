#pragma once

#include <string>
#include <vector>

#include "ops/migrate/histories/foreign_history.hpp"

namespace keel {

/// A line for another tool's history.
struct ExportedRow {
    std::string version;      ///< as the tool knows it
    std::string description;  ///< the name, for people
    std::string script;       ///< the file's own name
    std::string checksum;     ///< in the tool's form
    std::string applied_at;   ///< UTC
    std::string applied_by;
    std::int64_t duration_ms = 0;
    std::int64_t rank = 0;  ///< place in the order of application, from 1
};

/// SQL that writes one tool's history, in the engine's own words.
class HistoryWriter {
  public:
    /// Throws ErrorKind::unsupported for a tool whose history Keel does not write, with what can be
    /// done instead.
    HistoryWriter(const ForeignTool& tool, const Engine& engine);

    /// The table's usual place, quoted.
    std::string usual_table() const;
    /// Statements that make the table as the tool itself does.
    std::vector<std::string> create() const;
    /// The table alone, where it is not there yet.
    std::string create_if_missing() const;
    std::string insert(const std::string& table, const ExportedRow& row) const;
    /// Takes a version away.
    std::string remove(const std::string& table, const std::string& version) const;
    /// The tool keeps one line that says up to where.
    bool is_single_line() const noexcept { return tool_.name == "golang-migrate"; }

  private:
    bool is_postgres() const noexcept { return engine_.kind() == EngineKind::postgres; }
    std::string text(const std::string& value) const;
    std::string column_of_version() const;

    const ForeignTool& tool_;
    const Engine& engine_;
};

}  // namespace keel
