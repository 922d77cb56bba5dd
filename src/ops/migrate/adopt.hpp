#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ops/kit/operation_context.hpp"
#include "ops/migrate/histories/match_history.hpp"
#include "ops/migrate/standing.hpp"

namespace keel {

/// Takes over the history that another tool left in the database: checks it against the files and
/// writes it down in Keel's own, all or nothing. The other tool's tables are read, never written.
class MigrateAdopt final : public Operation {
  public:
    struct Choice {
        std::string from;            ///< whose; empty: the only one there is
        std::string table;           ///< in which table; empty: the tool's usual one
        bool without_files = false;  ///< versions whose file is gone are taken over too
        bool accept_changed = false;
    };
    explicit MigrateAdopt(Choice choice) : choice_(std::move(choice)) {}

    Plan plan(OperationContext& context) override;
    void apply(OperationContext& context, Report& report) override;
    void nothing_to_do(OperationContext& context, Report& report) override;

  private:
    void choose_history(OperationContext& context);
    void check(const HistoryMatch& match) const;
    void select(const HistoryMatch& match);
    AppliedMigration history_row(const MatchedMigration& adopted, std::int64_t sequence) const;
    void fill_report(Report& report) const;

    Choice choice_;
    std::vector<Migration> files_;
    std::optional<FoundHistory> history_;
    std::vector<ForeignRow> rows_;
    Standing standing_;
    std::vector<MatchedMigration> adopted_;
};

std::unique_ptr<Operation> make_adopt(const OptionValues& options);

}  // namespace keel
