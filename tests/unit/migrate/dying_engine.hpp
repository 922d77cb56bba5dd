#pragma once

#include "db/admin.hpp"
#include "db/copier.hpp"
#include "db/dialect.hpp"
#include "db/dumper.hpp"
#include "db/engine.hpp"
#include "db/inspector.hpp"
#include "db/lone_statement.hpp"
#include "db/schema_change.hpp"
#include "db/statement_reader.hpp"
#include "db/table_archive.hpp"

namespace keel::test {

/// An engine whose process is killed at its n-th instant: before and after each statement, each
/// begin, each commit. From then on nothing answers any more, as nothing does in a killed process;
/// what its connections had open is closed, and so undone by the database.
class DyingEngine final : public Engine {
  public:
    /// `instant` counts from 1; 0 never dies, and counts.
    DyingEngine(const Engine& inner, int instant) : inner_(inner), instant_(instant) {}

    EngineKind kind() const noexcept override { return inner_.kind(); }
    Capabilities capabilities() const noexcept override { return inner_.capabilities(); }
    std::unique_ptr<Connection> connect(const ConnectOptions& options) const override;
    const Dialect& dialect() const noexcept override { return inner_.dialect(); }
    const Inspector& inspector() const noexcept override { return inner_.inspector(); }
    const StatementReader& statement_reader() const noexcept override {
        return inner_.statement_reader();
    }
    const Dumper& dumper() const noexcept override { return inner_.dumper(); }
    const Copier& copier() const noexcept override { return inner_.copier(); }
    const TableArchive& table_archive() const noexcept override { return inner_.table_archive(); }
    const SchemaTools& schema_tools() const noexcept override { return inner_.schema_tools(); }
    const Admin& admin() const noexcept override { return inner_.admin(); }
    std::unique_ptr<SchemaChangeGuard> guard_schema_change(
        Connection& connection, const SchemaChangeOptions& options) const override {
        return inner_.guard_schema_change(connection, options);
    }
    std::unique_ptr<LoneStatement> lone_statement(std::string_view statement) const override {
        return inner_.lone_statement(statement);
    }
    std::vector<Diagnostic> diagnose() const override { return {}; }

    /// One more instant has come. Throws when it is the last.
    void live() const;
    bool is_dead() const noexcept { return is_dead_; }
    int instants() const noexcept { return passed_; }

  private:
    const Engine& inner_;
    int instant_;
    mutable int passed_ = 0;
    mutable bool is_dead_ = false;
};

}  // namespace keel::test
