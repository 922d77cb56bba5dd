#include "ops/copy/copy_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/admin.hpp"
#include "db/copier.hpp"
#include "db/inspector.hpp"
#include "db/unpublished.hpp"
#include "ops/copy/copy_filter.hpp"
#include "ops/copy/new_rows.hpp"
#include "ops/copy/portable_tables.hpp"
#include "ops/copy/row_pairs.hpp"
#include "ops/copy/rows_loader.hpp"
#include "ops/copy/settle.hpp"
#include "ops/copy/source.hpp"
#include "ops/kit/table_report.hpp"

namespace keel {
namespace {

constexpr std::size_t names_in_step = 8;
/// Larger databases are not counted row by row for a plan.
constexpr std::int64_t largest_counted = 64 << 20;

Catalog read_catalog(const Engine& engine, Connection& connection) {
    const bool is_small = engine.admin().info(connection).size_bytes <= largest_counted;
    return engine.inspector().inspect(connection,
                                      {.rows = is_small ? RowCounts::exact : RowCounts::estimate});
}

std::string some_of(const std::vector<std::string>& names) {
    const auto named = std::min(names.size(), names_in_step);
    auto text = join(std::span(names).first(named), ", ");
    if (named < names.size()) text += fmt::format(" and {} more", names.size() - named);
    return text;
}

std::string rows_text(const Table& table) {
    return table.rows ? count_of(static_cast<std::uint64_t>(*table.rows), "row") : "rows";
}

class CopyRows final : public Operation {
  public:
    CopyRows(const CopyRequest& request, const OptionValues& options)
        : request_(request), filter_(options) {}

    Plan plan(OperationContext& context) override {
        if (!source_) {
            source_.emplace(context, request_.source);
            connection_ = source_->connect();
        }
        refuse_same_database(context, *source_, source_->engine().admin().identity(*connection_));
        read(context);
        prepare_filter(context);
        if (request_.verify_only || filter_.only_reports())
            return {};  // which changes nothing: see nothing_to_do
        return make_plan(context);
    }

    void nothing_to_do(OperationContext& context, Report& report) override {
        if (filter_.only_reports()) return filter_.report_rules(report);
        if (request_.verify_only) return compare(context, report);
        report.result.set("source", source_->environment().name).set("tables", Json::array());
        report.body.emplace_back(MarkedLine{
            Mark::skipped, fmt::format("'{}' and '{}' have no table in common",
                                       source_->environment().name, context.choice().name)});
    }

    void apply(OperationContext& context, Report& report) override {
        const Stopwatch stopwatch;
        const CancelOnStop cancel(context.context().stop, *connection_);
        const auto loaded = context.connection_if_exists() != nullptr
                                ? RowsLoader(loader_parts(context)).run()
                                : load_into_new(context);
        report_loaded(context, loaded, stopwatch.elapsed(), report);
    }

    void verify(OperationContext& context, Report&) override {
        if (is_new_) settle_marker(context, source_->environment().name);
    }

  private:
    bool merges() const noexcept { return request_.mode == CopyRequest::Mode::merge; }

    void prepare_filter(OperationContext& context) {
        const bool is_protected =
            check_marker(*connection_, source_->engine(), source_->environment()).is_protected;
        filter_.prepare(context, *source_, *connection_, is_protected, [&](const Table& table) {
            return std::ranges::any_of(pairs_.tables, [&](const TablePair& pair) {
                return pair.source->schema == table.schema && pair.source->name == table.name;
            });
        });
    }

    RowsLoader::Parts loader_parts(OperationContext& context) {
        RowsLoader::Parts parts{.source_engine = source_->engine(),
                                .target_engine = context.engine(),
                                .source = *connection_,
                                .target = context.connection(),
                                .target_catalog = target_catalog_,
                                .source_catalog = source_catalog_,
                                .pairs = pairs_,
                                .transforms = filter_.transforms(),
                                .merges = merges(),
                                .on_snapshot = filter_.on_snapshot(context.context()),
                                .context = context.context()};
        for (const auto& table : made_) {
            parts.before.push_back(table.create);
            std::ranges::copy(table.indexes, std::back_inserter(parts.after));
        }
        for (const auto& table : made_)
            std::ranges::copy(table.foreign_keys, std::back_inserter(parts.after));
        return parts;
    }

    /// Made beside its place, and put there when it is whole.
    LoadedRows load_into_new(OperationContext& context) {
        const Engine& engine = context.engine();
        const RowRoute route{source_->engine(), engine, filter_.transforms()};
        const auto target = engine.copier().rows().make_new(
            {.target = context.environment().url, .run_id = context.run_id()}, context.context());
        auto loaded = load_new_rows({.route = route,
                                     .source = *connection_,
                                     .connect_source = [this] { return source_->connect(); },
                                     .target = *target,
                                     .target_catalog = target_catalog_,
                                     .pairs = pairs_,
                                     .made = made_,
                                     .on_snapshot = filter_.on_snapshot(context.context()),
                                     .context = context.context()});
        stamp_marker(*target->connect(), engine, context.environment(), context.project().name(),
                     true, context.context().clock.now());
        Unpublished staged(engine.admin(), target->keep());
        context.context().check_cancelled("copying");
        engine.admin().publish(staged.release(), context.context());
        is_new_ = true;
        return loaded;
    }

    void compare(OperationContext& context, Report& report) {
        const CancelOnStop cancel(context.context().stop, *connection_);
        Json tables = Json::array();
        std::size_t differing = pairs_.not_in_target.size();
        for (const auto& name : pairs_.not_in_target)
            report.body.emplace_back(
                MarkedLine{Mark::failure, fmt::format("{} is not in the target", name)});
        for (const auto& table : RowsLoader(loader_parts(context)).compare_only()) {
            tables.push_back(Json::object()
                                 .set("name", table.shown)
                                 .set("rows", table.rows)
                                 .set("rows_source", table.rows_source)
                                 .set("equal", table.is_equal));
            if (table.is_equal) continue;
            ++differing;
            report.body.emplace_back(MarkedLine{
                Mark::failure, table.rows == table.rows_source
                                   ? fmt::format("{} has other values", table.shown)
                                   : fmt::format("{} has {} rows in the source, {} in the target",
                                                 table.shown, table.rows_source, table.rows)});
        }
        report.has_findings = differing > 0;
        report.result.set("tables", std::move(tables)).set("equal", differing == 0);
        if (differing > 0) return;
        report.body.emplace_back(MarkedLine{
            Mark::ok,
            fmt::format("'{}' holds the rows of '{}': {}", context.choice().name,
                        source_->environment().name, count_of(pairs_.tables.size(), "table"))});
    }

    void read(OperationContext& context) {
        auto* target = context.connection_if_exists();
        if (target == nullptr && !request_.creates_tables)
            throw Error(ErrorKind::not_found,
                        fmt::format("'{}' has no database yet, and so no tables for the rows",
                                    context.choice().name))
                .with_hint(fmt::format("make it with: keel migrate up -e {}, or copy everything",
                                       context.choice().name));
        source_catalog_ = read_catalog(source_->engine(), *connection_);
        target_catalog_ = target == nullptr ? Catalog() : read_catalog(context.engine(), *target);
        require_matches();
        const PairingOptions pairing{.tables = request_.tables,
                                     .excluded = request_.excluded,
                                     .source = source_->environment().url.engine(),
                                     .target = context.environment().url.engine(),
                                     .needs_key = merges()};
        pairs_ = pair_tables(source_catalog_, target_catalog_, pairing);
        if (request_.creates_tables) {
            if (pairing.source == pairing.target)
                throw Error(ErrorKind::usage, "--create-tables is for copies between engines")
                    .with_hint("a full copy, or --schema-only, brings the whole schema");
            made_ =
                make_portable_tables(pairs_.missing, pairing.target, context.engine().dialect());
            for (const auto& table : made_) target_catalog_.tables.push_back(table.table);
            pairs_ = pair_tables(source_catalog_, target_catalog_, pairing);
        }
        refuse_problems(pairs_.problems,
                        "bring the target's schema in step first, or leave the tables out with "
                        "--exclude");
        if (!request_.tables.empty() && !pairs_.not_in_target.empty())
            throw Error(ErrorKind::not_found,
                        fmt::format("not in '{}': table {}", context.choice().name,
                                    some_of(pairs_.not_in_target)))
                .with_hint(
                    "rows are copied into tables that are there; bring the schema in step "
                    "first: keel copy --schema-only, or keel migrate up");
    }

    void require_matches() const {
        std::vector<TableContent> tables;
        for (const auto& table : source_catalog_.tables) {
            tables.emplace_back();
            tables.back().schema = table.schema;
            tables.back().name = table.name;
        }
        request_.tables.require_matches(tables);
        request_.excluded.require_matches(tables);
    }

    Plan make_plan(OperationContext& context) const {
        Plan plan;
        if (pairs_.tables.empty()) return plan;
        plan.steps.push_back(
            {.step = fmt::format("copy rows of '{}'", source_->environment().name),
             .detail = fmt::format("{} into '{}' ({})", source_->environment().url.redacted(),
                                   context.choice().name, context.environment().url.redacted())});
        for (const auto& table : made_)
            plan.steps.push_back({.step = fmt::format("create table {}", shown_name(table.table)),
                                  .detail = table.create});
        if (!pairs_.excluded.empty())
            plan.steps.push_back({.step = "leave as it is", .detail = some_of(pairs_.excluded)});
        if (!pairs_.not_in_target.empty())
            plan.steps.push_back({.step = "leave out",
                                  .detail = some_of(pairs_.not_in_target) + ": not in the target"});
        filter_.add_steps(plan);
        std::vector<std::string> names, figures;
        for (const auto& pair : pairs_.tables) {
            names.push_back(shown_name(*pair.target));
            figures.push_back(fmt::format("{}: {} now, {} in the source", shown_name(*pair.target),
                                          rows_text(*pair.target), rows_text(*pair.source)));
        }
        plan.steps.push_back(
            {.step = merges() ? "merge rows by primary key" : "replace rows",
             .detail = fmt::format("{}: {}", count_of(names.size(), "table"), join(names, ", ")),
             .destructive = true,
             .figures = std::move(figures)});
        return plan;
    }

    void report_loaded(OperationContext& context, const LoadedRows& loaded,
                       std::chrono::milliseconds duration, Report& report) const {
        const auto& safety = context.safety_backup();
        Json tables = Json::array();
        std::uint64_t rows = 0, added = 0;
        for (const auto& table : loaded.tables) {
            auto item = Json::object().set("name", table.shown).set("rows", table.rows);
            if (merges()) item.set("added", table.added).set("replaced", table.replaced);
            item.set("compared", table.is_compared);
            tables.push_back(std::move(item));
            rows += table.rows;
            added += table.added;
        }
        report.result.set("source", source_->environment().name)
            .set("method", merges() ? "merge" : "rows")
            .set("tables", std::move(tables))
            .set("excluded", Json::from(pairs_.excluded))
            .set("not_in_target", Json::from(pairs_.not_in_target))
            .set("foreign_keys_checked", Json::from(loaded.checked))
            .set("rows_exact", true)
            .set("bytes", Json())
            .set("safety_backup", safety ? Json(*safety) : Json())
            .set("duration_ms", duration.count());
        auto text = fmt::format("copied '{}' into '{}': {}, {} in {}", source_->environment().name,
                                context.choice().name, count_of(loaded.tables.size(), "table"),
                                count_of(rows, "row"), format_duration(duration));
        if (merges()) text += fmt::format(" ({} added, {} replaced)", added, rows - added);
        report.body.emplace_back(MarkedLine{Mark::ok, std::move(text)});
        if (!loaded.checked.empty())
            report.body.emplace_back(
                MarkedLine{Mark::ok, fmt::format("{} checked afterwards",
                                                 count_of(loaded.checked.size(), "foreign key"))});
        filter_.report(report);
        warn(loaded, report);
        if (!safety) return;
        report.body.emplace_back(
            MarkedLine{Mark::ok, fmt::format("backup {} holds what was there before", *safety)});
        report.next_steps.emplace_back("keel undo");
    }

    void warn(const LoadedRows& loaded, Report& report) const {
        for (const auto& warning : loaded.warnings) report.warnings.push_back(warning);
        for (const auto& table : made_)
            for (const auto& thing : table.not_carried)
                report.warnings.push_back(
                    fmt::format("table {}: not carried over: {}", shown_name(table.table), thing));
        if (!pairs_.not_in_target.empty())
            report.warnings.push_back("left out, because the target has no such table: " +
                                      some_of(pairs_.not_in_target));
        for (const auto& table : target_catalog_.tables)
            if (table.kind == TableKind::virtual_table)
                report.warnings.push_back(fmt::format(
                    "virtual table {} was left as it is; where it is made from other tables, "
                    "rebuild it",
                    table.name));
    }

    CopyRequest request_;
    std::optional<CopySource> source_;
    std::unique_ptr<Connection> connection_;
    Catalog source_catalog_;
    Catalog target_catalog_;
    RowPairs pairs_;
    std::vector<PortableTable> made_;
    CopyFilter filter_;
    bool is_new_ = false;  ///< the target was not there before
};

}  // namespace

std::unique_ptr<Operation> make_copy_rows(const CopyRequest& request, const OptionValues& options) {
    return std::make_unique<CopyRows>(request, options);
}

}  // namespace keel
