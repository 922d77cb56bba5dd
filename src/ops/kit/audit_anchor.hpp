#pragma once

#include <vector>

#include "db/engine.hpp"
#include "ops/kit/audit_log.hpp"

namespace keel {

/// Remembers in the database how far a log had come, so that cutting off its end, or the whole log,
/// is noticed. One place for each log, because several machines may work on one database.
void write_audit_anchor(Connection& connection, const Engine& engine, const AuditHead& head);

/// What the database remembers, of every log. Throws ErrorKind::integrity when it cannot be read.
std::vector<AuditHead> read_audit_anchors(Connection& connection, const Engine& engine);

/// What is remembered of `log_id`, if anything.
std::optional<AuditHead> find_audit_anchor(const std::vector<AuditHead>& anchors,
                                           std::string_view log_id);

}  // namespace keel
