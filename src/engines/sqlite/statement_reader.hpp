#pragma once

#include "db/statement_reader.hpp"

namespace keel::sqlite {

/// Reads statements by SQLite's own rules of tokens, as far as what they do to the schema and to
/// whole tables goes. Whether they run is for a ScratchSchema to say.
class SqliteStatementReader final : public StatementReader {
  public:
    ReadStatement read(std::string_view statement) const override;
};

}  // namespace keel::sqlite
