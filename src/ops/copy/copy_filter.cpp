#include "ops/copy/copy_filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "config/masking.hpp"
#include "db/copier.hpp"
#include "db/inspector.hpp"
#include "ops/copy/row_pairs.hpp"

namespace keel {
namespace {

constexpr std::size_t columns_named = 20;

std::string key_text(std::string_view name) {
    const bool is_bare =
        !name.empty() && name.find_first_not_of(
                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
                             std::string_view::npos;
    return is_bare ? std::string(name) : fmt::format("\"{}\"", name);
}

std::string named(const PersonalColumn& personal) {
    return fmt::format("{}.{}", shown_name(*personal.table), personal.column->name);
}

}  // namespace

CopyFilter::CopyFilter(const OptionValues& options)
    : must_mask_(options.flag("mask")),
      may_mask_(!options.flag("no-mask")),
      only_reports_(options.flag("report")),
      has_subset_(options.flag("subset")),
      conditions_(options.list("where")) {
    if (must_mask_ && !may_mask_)
        throw Error(ErrorKind::usage, "--mask and --no-mask contradict each other")
            .with_hint("rules of [mask] are applied by themselves; --no-mask switches them off");
    for (const auto& condition : conditions_)
        if (condition.find('=') == std::string::npos || condition.starts_with('='))
            throw Error(ErrorKind::usage,
                        fmt::format("--where '{}' does not say which table it is about", condition))
                .with_hint("write the table first: --where \"users=id < 100\"");
}

bool CopyFilter::is_wanted(OperationContext& context, bool leaves_protection) {
    if (!settings_)
        settings_ = load_mask_settings(context.invocation().overrides, context.variables());
    return only_reports_ || must_mask_ || has_subset_ || !conditions_.empty() ||
           (may_mask_ && (!settings_->columns.empty() || !settings_->large_objects.empty())) ||
           leaves_protection;
}

void CopyFilter::prepare(OperationContext& context, const CopySource& source,
                         Connection& connection, bool is_source_protected,
                         const std::function<bool(const Table&)>& is_copied) {
    prepare_for(context, source.environment().name, source.engine(), connection,
                is_source_protected && !context.is_known_protected(), is_copied);
}

void CopyFilter::prepare_for(OperationContext& context, const std::string& source,
                             const Engine& engine, Connection& connection, bool leaves_protection,
                             const std::function<bool(const Table&)>& is_copied) {
    if (!is_wanted(context, leaves_protection)) return;
    if (leaves_protection && !may_mask_)
        throw Error(
            ErrorKind::refused,
            fmt::format("'{}' is protected: its rows leave it masked, or not at all", source))
            .with_hint("say in [mask] what each personal column becomes, or keep for what is none");
    if (must_mask_ && settings_->columns.empty())
        throw Error(ErrorKind::config, "--mask, and there are no rules to mask by")
            .with_hint("write them into [mask.TABLE] of keel.toml: docs/reference/masking.md");
    catalog_ = engine.inspector().inspect(connection, {});
    auto settings = *settings_;
    if (!may_mask_) settings.columns.clear();
    masks_ = std::make_unique<Masks>(settings, catalog_, engine);
    look_for_large_objects(source, engine, connection, leaves_protection);
    if (has_subset_ || !conditions_.empty()) choose_rows(context, engine, settings.subset);
    emptied_.clear();
    for (const auto& table : catalog_.tables)
        if (masks_->is_needed() && table.kind == TableKind::virtual_table &&
            !is_classified(table, leaves_protection))
            emptied_.push_back(table.name);
    unclassified_.clear();
    if (!only_reports_ && !leaves_protection) return;
    for (auto& personal :
         find_personal_columns(connection, engine.dialect(), catalog_, context.context()))
        if ((!is_copied || is_copied(*personal.table)) &&
            masks_->rule(*personal.table, *personal.column) == nullptr)
            unclassified_.push_back(std::move(personal));
    if (!only_reports_) refuse_unclassified(source);
}

/// The texts of a full-text table are values like others; nobody has looked into them.
bool CopyFilter::is_classified(const Table& table, bool leaves_protection) const {
    if (!leaves_protection && !masks_->changes_values()) return true;
    return std::ranges::all_of(table.columns, [&](const Column& column) {
        return masks_->rule(table, column) != nullptr;
    });
}

bool CopyFilter::empties(std::string_view table) const {
    return std::ranges::find(emptied_, table) != emptied_.end();
}

/// They are values too, and no rule of a column reaches them.
void CopyFilter::look_for_large_objects(const std::string& source, const Engine& engine,
                                        Connection& connection, bool leaves_protection) {
    const bool is_asked = leaves_protection || only_reports_ || masks_->changes_values() ||
                          !settings_->large_objects.empty();
    has_large_objects_ =
        brings_large_objects_ && is_asked && engine.copier().has_large_objects(connection);
    if (!has_large_objects_ || only_reports_ || !settings_->large_objects.empty()) return;
    throw Error(ErrorKind::refused,
                fmt::format("'{}' has large objects, which no rule of a column reaches", source))
        .with_hint(
            "say in keel.toml what becomes of what is in them: [masking] large_objects = "
            "\"empty\", or \"keep\"");
}

bool CopyFilter::empties_large_objects() const {
    return has_large_objects_ && may_mask_ && settings_->large_objects == "empty";
}

void CopyFilter::choose_rows(OperationContext& context, const Engine& engine,
                             SubsetSettings subset) {
    if (!has_subset_) subset.roots.clear();
    for (const auto& condition : conditions_) {
        const auto equals = condition.find('=');
        subset.roots.emplace_back(trim(std::string_view(condition).substr(0, equals)),
                                  condition.substr(equals + 1));
    }
    if (subset.roots.empty())
        throw Error(ErrorKind::config, "--subset, and [subset.where] names no rows")
            .with_hint("write a condition: [subset.where] users = \"id < 100\"");
    subset_.reset();
    subset_ =
        std::make_unique<Subset>(Subset::Parts{.settings = std::move(subset),
                                               .catalog = catalog_,
                                               .engine = engine,
                                               .sqlite = context.engine_for(EngineKind::sqlite),
                                               .directory = context.project().state_directory(),
                                               .run_id = context.run_id()});
    masks_->choose_rows(subset_.get());
}

void CopyFilter::refuse_unclassified(const std::string& source) const {
    if (unclassified_.empty()) return;
    std::vector<std::string> names;
    for (const auto& personal : unclassified_) names.push_back(named(personal));
    const auto count = std::min(names.size(), columns_named);
    auto text = join(std::span(names).first(count), ", ");
    if (count < names.size()) text += fmt::format(" and {} more", names.size() - count);
    const auto& first = unclassified_.front();
    throw Error(ErrorKind::refused,
                fmt::format("columns of the protected '{}' look personal and have no rule: {}",
                            source, text))
        .with_hint(fmt::format("for each write a masker, or keep, into keel.toml: [mask.{}] {} = "
                               "\"{}\"; keel copy --report lists them with proposals",
                               key_text(shown_name(*first.table)), key_text(first.column->name),
                               first.proposal));
}

const RowTransforms* CopyFilter::transforms() const {
    return masks_ && masks_->is_needed() ? masks_.get() : nullptr;
}

std::function<void(Connection&)> CopyFilter::on_snapshot(const Context& context) {
    if (!subset_) return {};
    return [this, &context](Connection& source) { subset_->choose(source, context); };
}

void CopyFilter::add_steps(Plan& plan) const {
    if (!masks_) return;
    for (const auto& [table, column, masker] : masks_->applied())
        if (masker != "keep")
            plan.steps.push_back(
                {.step = fmt::format("mask {}.{}", table, column), .detail = masker});
    if (subset_)
        plan.steps.push_back(
            {.step = "choose rows", .detail = "only some of " + join(subset_->narrowed(), ", ")});
    if (has_large_objects_)
        plan.steps.push_back(
            {.step = "large objects",
             .detail = empties_large_objects() ? "come along empty" : "come along"});
    for (const auto& table : emptied_)
        plan.steps.push_back(
            {.step = "leave out rows",
             .detail = fmt::format(
                 "{}: a virtual table without rules for all its columns; those made from "
                 "other tables are made anew",
                 table)});
}

void CopyFilter::report(Report& report) const {
    if (!masks_) return;
    Json masked = Json::array();
    std::size_t count = 0;
    for (const auto& [table, column, masker] : masks_->applied()) {
        masked.push_back(
            Json::object().set("table", table).set("column", column).set("masker", masker));
        if (masker != "keep") ++count;
    }
    report.result.set("masked", std::move(masked));
    if (has_large_objects_)
        report.result.set("large_objects", empties_large_objects() ? "empty" : "keep");
    if (subset_) report.result.set("narrowed", Json::from(subset_->narrowed()));
    if (count > 0)
        report.body.emplace_back(
            MarkedLine{Mark::ok, fmt::format("{} masked", count_of(count, "column"))});
    if (masks_->changes_values() && !masks_->has_lasting_key())
        report.warnings.emplace_back(
            "masked with a key of this run only: set [masking] key to get the same values again");
}

void CopyFilter::report_large_objects(Report& report) const {
    if (!has_large_objects_) return;
    const bool is_open = settings_->large_objects.empty();
    report.result.set("large_objects", is_open ? "unclassified" : settings_->large_objects);
    report.has_findings = report.has_findings || is_open;
    report.body.emplace_back(MarkedLine{
        is_open ? Mark::failure : Mark::ok,
        is_open ? "large objects have no rule: [masking] large_objects = \"empty\", or \"keep\""
                : fmt::format("large objects: {}", settings_->large_objects)});
}

void CopyFilter::report_rules(Report& report) const {
    TextTable table{.header = {"column", "masker", "why"}, .rows = {}, .right_aligned = {}};
    Json masked = Json::array(), open = Json::array();
    for (const auto& [name, column, masker] : masks_->applied()) {
        table.rows.push_back({fmt::format("{}.{}", name, column), masker, "rule"});
        masked.push_back(
            Json::object().set("table", name).set("column", column).set("masker", masker));
    }
    std::map<std::string, std::string> proposals;  // by table, whose header may be there once
    for (const auto& personal : unclassified_) {
        table.rows.push_back({named(personal), "none", personal.reason});
        open.push_back(Json::object()
                           .set("table", shown_name(*personal.table))
                           .set("column", personal.column->name)
                           .set("reason", personal.reason)
                           .set("proposal", personal.proposal));
        proposals[key_text(shown_name(*personal.table))] +=
            fmt::format("{} = \"{}\"\n", key_text(personal.column->name), personal.proposal);
    }
    report.result.set("masked", std::move(masked)).set("unclassified", std::move(open));
    report.has_findings = !unclassified_.empty();
    report_large_objects(report);
    if (table.rows.empty()) {
        report.body.emplace_back(
            MarkedLine{Mark::ok, "no column is masked, and none looks personal"});
        return;
    }
    report.body.emplace_back(std::move(table));
    std::string lines;
    for (const auto& [table_name, rules] : proposals)
        lines += fmt::format("[mask.{}]\n{}", table_name, rules);
    if (!lines.empty()) report.body.emplace_back(Verbatim{lines});
}

}  // namespace keel
