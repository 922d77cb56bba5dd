#pragma once

#include <memory>
#include <string>

#include "db/lone_statement.hpp"

namespace keel::postgres {

/// create index concurrently; `name` is empty when the server is to choose one.
std::unique_ptr<LoneStatement> create_index_statement(std::string table, std::string name);
/// drop index concurrently.
std::unique_ptr<LoneStatement> drop_index_statement(std::string name);
/// reindex … concurrently.
std::unique_ptr<LoneStatement> reindex_statement(std::string target);

/// A statement that waits for others without anybody waiting for it: neither lock_timeout nor
/// statement_timeout may cut it off, for that would leave half an index.
class ConcurrentStatement : public LoneStatement {
  public:
    void run(Connection& connection, const Statement& statement) const override;
};

}  // namespace keel::postgres
