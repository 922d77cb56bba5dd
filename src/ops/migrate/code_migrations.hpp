#pragma once

#include <vector>

#include "ops/kit/extensions.hpp"
#include "ops/kit/operation_context.hpp"
#include "ops/migrate/run.hpp"
#include "ops/migrate/script.hpp"

namespace keel {

bool has_code_migrations(OperationContext& context);

/// Puts the migrations that the application registered among the files, in the order of their
/// versions. Throws ErrorKind::invalid_input for a version that is no digits, that is there twice,
/// or that has no function.
void add_code_migrations(OperationContext& context, std::vector<Migration>& migrations);

/// Runs what a script has in C++: its up or its down; then what verifies it.
void run_code(const MigrationRun& run, Connection& connection, const Script& script);
void verify_code(const MigrationRun& run, Connection& connection, const Script& script);

/// Runs the application's hooks of one point, in the order of their registration. Throws what they
/// throw, naming the hook. Gives whether there were any.
bool run_code_hooks(const MigrationRun& run, Connection& connection, HookPoint point,
                    std::string_view version = {}, std::string_view name = {});
/// Those before (or after) the script's migration.
void run_code_hooks(const MigrationRun& run, Connection& connection, const Script& script,
                    bool is_before);

}  // namespace keel
