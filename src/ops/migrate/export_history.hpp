#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ops/kit/operation_context.hpp"
#include "ops/migrate/histories/match_history.hpp"
#include "ops/migrate/histories/write_history.hpp"
#include "ops/migrate/standing.hpp"

namespace keel {

/// Writes Keel's history into the table of another tool, in its form, so that it can take over:
/// what is applied and not there is added, what is there and was undone is taken away, all or
/// nothing.
class MigrateExportHistory final : public Operation {
  public:
    explicit MigrateExportHistory(std::string tool) : asked_(std::move(tool)) {}

    Plan plan(OperationContext& context) override;
    void apply(OperationContext& context, Report& report) override;
    void nothing_to_do(OperationContext& context, Report& report) override;

  private:
    void choose_tool(OperationContext& context);
    void compare_tables(OperationContext& context);
    void compare_single_line(const std::vector<ForeignRow>& rows);
    ExportedRow exported(const AppliedEntry& entry, const std::filesystem::path& root) const;
    void fill_report(Report& report) const;

    std::string asked_;
    const ForeignTool* tool_ = nullptr;
    std::vector<Migration> files_;
    Standing standing_;
    std::optional<ForeignTable> table_;  ///< when it is there
    std::filesystem::path root_;
    std::filesystem::path folder_;
    std::vector<ExportedRow> added_;
    std::vector<std::string> removed_;
};

std::unique_ptr<Operation> make_export_history(const OptionValues& options);

}  // namespace keel
