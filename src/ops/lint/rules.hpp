#pragma once

#include <span>

#include "ops/lint/rule.hpp"

/// The rules by subject. Each file is a table: a rule is its words, its examples and one function.
namespace keel::lint {

std::span<const Rule> destructive_rules();
std::span<const Rule> index_rules();
std::span<const Rule> constraint_rules();
std::span<const Rule> rewrite_rules();
std::span<const Rule> sequence_rules();
std::span<const Rule> transaction_rules();
std::span<const Rule> compatibility_rules();
std::span<const Rule> data_rules();
std::span<const Rule> design_rules();
std::span<const Rule> name_rules();
std::span<const Rule> sqlite_rebuild_rules();
std::span<const Rule> sqlite_statement_rules();
std::span<const Rule> history_rules();
std::span<const Rule> reading_rules();

}  // namespace keel::lint
