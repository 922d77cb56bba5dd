#pragma once

#include "repository/repository.hpp"

namespace keel {

/// Copies a backup into another repository, where it keeps its id and time, gets a number of that
/// repository, and shares with the newest backup there what it can. Reading it verifies it; a fault
/// throws ErrorKind::integrity, and nothing is there then. Throws ErrorKind::already_exists when
/// it is there already.
CommittedBackup copy_backup(const Repository& from, const Backup& backup, Repository& to,
                            const Context& context);

}  // namespace keel
