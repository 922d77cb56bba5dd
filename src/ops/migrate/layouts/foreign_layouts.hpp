#pragma once

#include "ops/migrate/layout.hpp"

namespace keel {

// The layouts of other tools, each with its own names, order and marks. docs/reference/layouts.md
// says what each of them reads.

const MigrationLayout& goose_layout();
const MigrationLayout& golang_migrate_layout();
const MigrationLayout& flyway_layout();
const MigrationLayout& diesel_layout();
const MigrationLayout& prisma_layout();
const MigrationLayout& sqlx_layout();
const MigrationLayout& pop_layout();
const MigrationLayout& drizzle_layout();
const MigrationLayout& sqitch_layout();
const MigrationLayout& plain_layout();

}  // namespace keel
