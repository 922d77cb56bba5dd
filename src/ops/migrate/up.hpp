#pragma once

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "ops/kit/operation_context.hpp"
#include "ops/migrate/hooks.hpp"
#include "ops/migrate/outcomes.hpp"
#include "ops/migrate/script.hpp"
#include "ops/migrate/series.hpp"
#include "ops/migrate/sources.hpp"
#include "ops/migrate/standing.hpp"
#include "ops/migrate/up_safety.hpp"

namespace keel {

/// Applies pending migrations, each with its history row; goes on first with one that was
/// interrupted, where its file says that this is safe.
class MigrateUp final : public Operation {
  public:
    explicit MigrateUp(UpTarget target) : target_(std::move(target)) {}
    /// Also works where there is no migrations folder: then nothing is pending.
    MigrateUp& without_folder_is_fine() noexcept { return needs_folder_ = false, *this; }

    void prepare(OperationContext& context) override;
    Plan plan(OperationContext& context) override;
    void apply(OperationContext& context, Report& report) override;
    void nothing_to_do(OperationContext& context, Report& report) override;

  private:
    bool looks_at_all() const noexcept;
    bool is_settled(OperationContext& context);
    void read_files(OperationContext& context);
    const Script& script_of(const Migration& migration, const Engine& engine);
    void plan_unfinished(OperationContext& context, Plan& plan);
    void plan_pending(OperationContext& context, Plan& plan);
    void lint_once(OperationContext& context);
    void demand_rehearsal_once(OperationContext& context);
    void warn(Report& report) const;
    void warn_of_obstacles(const MigrationRun& run, Report& report) const;
    void resume(const MigrationRun& run, MigrationSeries& series, OutcomeReport& outcomes) const;
    void apply_all(MigrationSeries& series, OutcomeReport& outcomes) const;
    MigrationSeries::Plan series_plan() const;
    std::vector<const Script*> scripts() const;
    std::string current_after() const;

    UpTarget target_;
    std::optional<MigrationLister> lister_;
    UpPolicy policy_;
    MigrationHooks hooks_;
    bool needs_folder_ = true;
    bool has_read_ = false;
    bool has_sections_ = false;  ///< `files_` has them
    std::vector<Migration> files_;
    std::unordered_map<const Migration*, Script> scripts_;
    Standing standing_;
    std::vector<const Migration*> selected_;
    const AppliedEntry* unfinished_ = nullptr;
    bool has_linted_ = false;
    std::vector<std::string> lint_warnings_;
    bool has_asked_rehearsal_ = false;
    std::string rehearsal_warning_;
};

}  // namespace keel
