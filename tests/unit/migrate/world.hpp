#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "db/engine.hpp"
#include "model/report.hpp"
#include "ops/kit/extensions.hpp"
#include "ops/kit/operation_context.hpp"
#include "ops/kit/services.hpp"
#include "support/temporary_directory.hpp"

namespace keel::test {

/// Says that it took a backup, and counts.
class CountingBackup final : public SafetyBackup {
  public:
    std::string create(OperationContext&, std::string_view) override {
        return "backup-" + std::to_string(++count);
    }
    void restore(OperationContext&, std::string_view id) override {
        restored = id;
        if (on_restore) on_restore();
    }
    int count = 0;
    std::string restored;
    std::function<void()> on_restore;
};

using Options = std::vector<std::pair<std::string, std::string>>;

/// A project in a folder of its own with one real, fresh database, and its migrations run through
/// the Runner as a front end would.
class World {
  public:
    explicit World(EngineKind kind);
    ~World();

    static bool has_postgres();
    DatabaseUrl url() const;
    EngineKind kind() const noexcept { return kind_; }
    /// Writes migrations/NAME.
    void file(const std::string& name, std::string_view text) const;
    /// Writes keel.toml.
    void configure(std::string_view text) const;
    void remove_file(const std::string& name) const;
    std::filesystem::path folder() const { return directory_.path() / "migrations"; }

    /// Runs an operation of the family, "migrate up". Never throws.
    Report run(std::string_view operation, const Options& options = {});
    /// The same on another engine than `engine`; may be called by several threads at once.
    Report run_on(const Engine& engine, std::string_view operation);
    Report dry_run(std::string_view operation, const Options& options = {});
    /// Calls `work` with the context of an operation that holds the database's lock.
    void within(std::string_view operation, const std::function<void(OperationContext&)>& work);

    /// Takes away everything in the database: it is as at the beginning.
    void empty() const;
    /// A connection beside those of the operations.
    std::unique_ptr<Connection> connect() const;
    void execute(std::string_view sql) const;
    std::string ask(std::string_view sql) const;  ///< first column of the first row
    bool has_table(const std::string& name) const;
    bool has_history() const;
    /// The history's states in order, "1 applied, 2 running".
    std::string history() const;
    std::string history_table() const;
    const Engine& engine() const { return *engine_; }

    CountingBackup backups;
    TableBackups* tables = nullptr;
    Extensions extensions;
    std::stop_source stop;
    /// What the operations are given instead of `engine`, if anything.
    const Engine* replacement = nullptr;
    /// PostgreSQL: a folder with the socket that operations go through instead, if anything.
    std::filesystem::path through;

  private:
    Report run(std::string_view operation, const Options& options, bool dry_run);
    Report run(const Engine& engine, std::string_view operation, const Options& options,
               bool dry_run);

    EngineKind kind_;
    TemporaryDirectory directory_;
    std::unique_ptr<Engine> engine_;
    std::string address_;
    std::string database_;
};

/// Runs `body` once for each engine that this machine has, each as a subcase of the test case.
void for_each_engine(const std::function<void(World&)>& body);

/// Whether the operation did what it should; says what it reported otherwise.
bool went_well(const Report& report);

bool holds(std::string_view text, std::string_view part);

/// The values of member `key` of each object of an array, joined by blanks.
std::string listed(const Json& array, std::string_view key);

}  // namespace keel::test
