#pragma once

#include "ops/migrate/script.hpp"

namespace keel {

/// Migrations that begin and end transactions themselves, as those written for psql, drizzle or
/// sqitch do. Their BEGIN and COMMIT are left out: the transaction that Keel runs them in takes
/// their place, also where the file says that it wants none and then begins one. Savepoints stay.
/// Throws ErrorKind::invalid_input for a ROLLBACK.
void settle_own_transactions(Script& script, const Engine& engine);

/// The same for verify queries: what they do between BEGIN and ROLLBACK is undone.
void settle_verify_transactions(std::vector<Statement>& statements, const Engine& engine);

}  // namespace keel
