#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "db/dumper.hpp"
#include "ops/kit/operation_context.hpp"

namespace keel {

/// A disposable copy of the operation's database, with all its rows, beside it: on PostgreSQL a
/// database of its own on the same server, on SQLite a file of its own. The source is only read.
/// The server copies its files itself where that is allowed and keeps nobody waiting: nobody is
/// connected, and the environment is not protected. Otherwise rows are copied.
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
    /// How it was made: "rows", "template", "pages".
    const std::string& method() const noexcept { return method_; }
    std::uint64_t bytes() const noexcept { return bytes_; }
    /// Takes the copy away now, and says what fails.
    void discard();

  private:
    OperationContext& context_;
    std::string method_;
    std::uint64_t bytes_ = 0;
    std::optional<StagedDatabase> staged_;
};

}  // namespace keel
