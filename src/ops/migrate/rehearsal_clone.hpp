#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "db/dumper.hpp"
#include "ops/kit/operation_context.hpp"

namespace keel {

/// A disposable copy of the operation's database, with all its rows, beside it: on PostgreSQL a
/// database of its own on the same server, on SQLite a file of its own. The source is only read.
/// Gone with this object; `keel recover` removes what a killed process leaves.
class RehearsalClone {
  public:
    /// Throws ErrorKind::not_found when there is no database to copy.
    explicit RehearsalClone(OperationContext& context);
    ~RehearsalClone();
    RehearsalClone(const RehearsalClone&) = delete;
    RehearsalClone& operator=(const RehearsalClone&) = delete;

    /// A new connection to the copy, which may write.
    std::unique_ptr<Connection> connect() const;
    /// Takes the copy away now, and says what fails.
    void discard();

  private:
    OperationContext& context_;
    std::filesystem::path folder_;
    std::optional<StagedDatabase> staged_;
};

}  // namespace keel
