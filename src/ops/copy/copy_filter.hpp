#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ops/copy/masks.hpp"
#include "ops/copy/personal_columns.hpp"
#include "ops/copy/source.hpp"
#include "ops/copy/subset.hpp"

namespace keel {

/// What a copy does to rows on their way, as [mask], [subset] and the options say.
class CopyFilter {
  public:
    /// Throws ErrorKind::usage for options that contradict each other.
    explicit CopyFilter(const OptionValues& options);
    /// For copies of whole databases, which bring large objects along: out of a protected
    /// environment, and where values change, [masking] must say what becomes of them.
    void bring_large_objects() noexcept { brings_large_objects_ = true; }

    /// Checks the rules against the source. `is_copied`: tables whose rows come along. Throws what
    /// Masks and Subset throw, ErrorKind::refused when columns of a protected source that look
    /// personal, or large objects, have no rule.
    void prepare(OperationContext& context, const CopySource& source, Connection& connection,
                 bool is_source_protected, const std::function<bool(const Table&)>& is_copied);

    /// The same of a whole database, by the name of its environment; `leaves_protection`: it goes
    /// from a protected environment to one that is not.
    void prepare_for(OperationContext& context, const std::string& source, const Engine& engine,
                     Connection& connection, bool leaves_protection,
                     const std::function<bool(const Table&)>& is_copied = {});

    /// Null when every row passes as it is.
    const RowTransforms* transforms() const;
    /// Whether large objects come along with nothing in them.
    bool empties_large_objects() const;
    /// Virtual tables whose own rows stay behind.
    bool empties(std::string_view table) const;
    bool empties_any() const noexcept { return !emptied_.empty(); }
    /// Chooses rows, once the source's state stands still; empty when all come along.
    std::function<void(Connection&)> on_snapshot(const Context& context);

    void add_steps(Plan& plan) const;
    void report(Report& report) const;

    bool only_reports() const noexcept { return only_reports_; }
    /// What would be masked by what, and what looks personal and has no rule, as findings.
    void report_rules(Report& report) const;

  private:
    bool is_wanted(OperationContext& context, bool leaves_protection);
    bool is_classified(const Table& table, bool leaves_protection) const;
    void refuse_unclassified(const std::string& source) const;
    void report_large_objects(Report& report) const;
    void look_for_large_objects(const std::string& source, const Engine& engine,
                                Connection& connection, bool leaves_protection);
    void choose_rows(OperationContext& context, const Engine& engine, SubsetSettings subset);

    bool must_mask_ = false;
    bool may_mask_ = true;
    bool only_reports_ = false;
    bool brings_large_objects_ = false;
    bool has_large_objects_ = false;
    bool has_subset_ = false;
    std::vector<std::string> conditions_;
    std::optional<MaskSettings> settings_;
    Catalog catalog_;
    std::unique_ptr<Masks> masks_;
    std::unique_ptr<Subset> subset_;
    std::vector<PersonalColumn> unclassified_;
    std::vector<std::string> emptied_;  ///< virtual tables that come without rows
};

}  // namespace keel
