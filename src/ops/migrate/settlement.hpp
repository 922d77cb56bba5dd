#pragma once

#include <string>

#include "base/error.hpp"
#include "ops/migrate/standing.hpp"

namespace keel {

/// What is known about an unfinished migration: "stopped half way: …".
std::string unfinished_state(const AppliedMigration& row);

/// Commands that end an unfinished migration, with what each of them says, as a hint.
std::string settlement_hint(const AppliedMigration& row);

/// Throws ErrorKind::partial for a migration that was begun without a transaction and has not
/// ended: says which statement, and what to type.
void refuse_unfinished(const AppliedEntry& entry);

/// Throws ErrorKind::integrity when a pending file stands for migrations of which only some are
/// applied: what it holds is partly there.
void refuse_half_replaced(const Standing& standing);

/// Throws ErrorKind::integrity when an applied file was edited, naming it and both checksums. The
/// file of an unfinished migration may be mended: see can_go_on.
void refuse_edited(const Standing& standing);

}  // namespace keel
