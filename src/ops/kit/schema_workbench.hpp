#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ops/kit/operation_context.hpp"
#include "ops/kit/schema_prove.hpp"
#include "ops/kit/schema_sources.hpp"

namespace keel {

/// Brings schemas from everywhere to one server, where their catalogs compare. Its scratch database
/// is made when it is first needed, and goes with it.
class Workbench {
  public:
    /// `home`: the database beside which the scratch database is made.
    Workbench(OperationContext& context, const SchemaSource& home);

    /// The schema as the catalog of the home's server tells it. Throws ErrorKind::unsupported for a
    /// database of the other engine, invalid_input with the place for a script that does not run.
    SchemaModel read(const SchemaSource& source);
    ProvenPlan prove(const SchemaModel& from, const SchemaModel& to, const ProofOptions& options);

    const Engine& engine() const { return engine_; }
    /// What the scripts that were read say of earlier names.
    const std::vector<RenameHint>& hints() const { return hints_; }
    const std::vector<std::string>& warnings() const { return warnings_; }

  private:
    Connection& scratch();
    Connection& empty_scratch();
    SchemaModel read_database(const SchemaSource& source);
    SchemaModel read_scripts_of(const std::vector<SchemaScript>& scripts);
    SchemaModel read_backup(const SchemaSource& source);
    SchemaModel rebuilt_here(const SchemaModel& model);
    void run(const SchemaScript& script, Connection& connection);
    void refuse_other_engine(EngineKind kind, const std::string& shown) const;

    OperationContext& context_;
    DatabaseUrl home_;
    const Engine& engine_;
    std::unique_ptr<ScratchDatabase> scratch_;
    std::vector<RenameHint> hints_;
    std::vector<std::string> warnings_;
};

/// The renames that `words` ("users.mail=email") and `hints` ask for, as far as `from` has what
/// they name. Throws ErrorKind::usage for a word that is none, ErrorKind::not_found naming what is
/// not there (of `words` only).
std::vector<SchemaRename> find_renames(const SchemaModel& from, const SchemaModel& to,
                                       const std::vector<std::string>& words,
                                       const std::vector<RenameHint>& hints,
                                       const Dialect& dialect);

/// "users.mail may be users.email now": what looks like a rename, and how to say so.
std::vector<std::string> suggest_renames(const SchemaModel& from, const SchemaModel& to);

}  // namespace keel
