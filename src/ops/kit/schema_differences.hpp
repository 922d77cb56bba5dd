#pragma once

#include <string>
#include <vector>

#include "base/json.hpp"
#include "ops/kit/schema_prove.hpp"

namespace keel {

Json differences_json(const std::vector<SchemaDifference>& differences);
Json steps_json(const std::vector<PlanPhase>& phases, bool down);
Json renames_json(const std::vector<SchemaRename>& renames);
/// "> table members is now users".
std::string renames_text(const std::vector<SchemaRename>& renames);
/// "+ table users", "~ column users.email" with what changed below, "- index old".
std::string differences_text(const std::vector<SchemaDifference>& differences);

}  // namespace keel
