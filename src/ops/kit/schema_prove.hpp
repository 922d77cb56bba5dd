#pragma once

#include <string>
#include <vector>

#include "base/context.hpp"
#include "db/engine.hpp"
#include "db/schema_tools.hpp"

namespace keel {

/// Steps that run in one transaction, or each in none, and what undoes them.
struct PlanPhase {
    bool transaction = true;
    std::vector<SchemaStep> up;
    std::vector<SchemaStep> down;  ///< in one transaction
};

/// What leads from a schema to another, tried before it is shown.
struct ProvenPlan {
    std::vector<SchemaRename> renames;          ///< the first statements of the first phase
    std::vector<SchemaDifference> differences;  ///< besides them
    std::vector<PlanPhase> phases;

    bool is_equal() const noexcept { return phases.empty(); }
    bool is_destructive() const noexcept;
};

struct ProofOptions {
    bool online = false;
    std::vector<SchemaRename> renames = {};
};

/// Builds `from` in `scratch`, an empty database, applies the plan there and expects `to`; then
/// takes it back and expects `from`. Throws ErrorKind::unsupported, naming what stands against it,
/// when no plan holds; ErrorKind::sql when the engine refuses a statement of it.
ProvenPlan prove_plan(const Engine& engine, Connection& scratch, const SchemaModel& from,
                      const SchemaModel& to, const ProofOptions& options, const Context& context);

/// Makes `model` in an empty database.
void build_schema(const Engine& engine, Connection& connection, const SchemaModel& model);

/// "table public.x: create; column …": what a message has room for.
std::string summarize(const std::vector<SchemaDifference>& differences);

}  // namespace keel
