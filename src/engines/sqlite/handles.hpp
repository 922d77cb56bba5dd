#pragma once

#include <memory>

struct sqlite3;
struct sqlite3_stmt;
struct sqlite3_backup;

namespace keel::sqlite {

struct DatabaseCloser {
    void operator()(sqlite3* database) const noexcept;
};
using DatabaseHandle = std::unique_ptr<sqlite3, DatabaseCloser>;

struct StatementFinalizer {
    void operator()(sqlite3_stmt* statement) const noexcept;
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, StatementFinalizer>;

struct BackupFinisher {
    void operator()(sqlite3_backup* backup) const noexcept;
};
using BackupHandle = std::unique_ptr<sqlite3_backup, BackupFinisher>;

}  // namespace keel::sqlite
