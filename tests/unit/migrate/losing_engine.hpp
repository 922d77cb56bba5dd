#pragma once

#include "db/admin.hpp"
#include "db/copier.hpp"
#include "db/dialect.hpp"
#include "db/dumper.hpp"
#include "db/engine.hpp"
#include "db/inspector.hpp"
#include "db/schema_change.hpp"
#include "db/statement_reader.hpp"
#include "db/table_archive.hpp"

namespace keel::test {

/// How the wire breaks at the first commit of a transaction that has run a script.
enum class Loss { before_commit_arrives, after_commit_arrived };

/// An engine whose connections lose the reply to a commit, once.
class LosingEngine final : public Engine {
  public:
    LosingEngine(const Engine& inner, Loss loss) : inner_(inner), loss_(loss) {}

    EngineKind kind() const noexcept override { return inner_.kind(); }
    Capabilities capabilities() const noexcept override { return inner_.capabilities(); }
    std::unique_ptr<Connection> connect(const ConnectOptions& options) const override;
    const Dialect& dialect() const noexcept override { return inner_.dialect(); }
    const Inspector& inspector() const noexcept override { return inner_.inspector(); }
    const Dumper& dumper() const noexcept override { return inner_.dumper(); }
    const Admin& admin() const noexcept override { return inner_.admin(); }
    const Copier& copier() const noexcept override { return inner_.copier(); }
    const TableArchive& table_archive() const noexcept override { return inner_.table_archive(); }
    const SchemaTools& schema_tools() const noexcept override { return inner_.schema_tools(); }
    const StatementReader& statement_reader() const noexcept override {
        return inner_.statement_reader();
    }
    std::unique_ptr<SchemaChangeGuard> guard_schema_change(
        Connection& connection, const SchemaChangeOptions& options) const override {
        return inner_.guard_schema_change(connection, options);
    }
    std::vector<Diagnostic> diagnose() const override { return {}; }

    mutable int losses = 0;
    Loss loss() const noexcept { return loss_; }

  private:
    const Engine& inner_;
    Loss loss_;
};

}  // namespace keel::test
