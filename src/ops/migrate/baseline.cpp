#include "ops/migrate/baseline.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "db/inspector.hpp"
#include "db/transaction.hpp"
#include "ops/migrate/fingerprint.hpp"
#include "ops/migrate/native_parser.hpp"
#include "ops/migrate/outcomes.hpp"
#include "ops/migrate/script.hpp"
#include "ops/migrate/sources.hpp"

namespace keel {

std::unique_ptr<Operation> make_baseline(const OptionValues& options) {
    return std::make_unique<MigrateBaseline>(options.text("version"));
}

Plan MigrateBaseline::plan(OperationContext& context) {
    if (files_.empty()) files_ = read_migrations_if_any(context);
    standing_ = compare(files_, read_history(context));
    const std::string version = version_of_argument(standing_, version_);
    select(version);
    check_history();
    Plan plan;
    for (const Migration* file : recorded_)
        plan.steps.push_back(
            {.step = fmt::format(
                 "record {} as applied",
                 file == nullptr ? version_ : migration_label(file->version, file->name)),
             .detail = file == nullptr ? "it has no file" : "runs nothing"});
    return plan;
}

void MigrateBaseline::select(const std::string& version) {
    recorded_.clear();
    std::vector<std::string> known;
    is_known_ = false;
    for (const Migration& file : files_) {
        known.push_back(file.version);
        is_known_ = is_known_ || version_key(file.version) == version_key(version);
    }
    const bool is_before_all =
        std::all_of(files_.begin(), files_.end(), [&](const Migration& file) {
            return version_less(version_key(version), version_key(file.version));
        });
    const bool is_number = version.find_first_not_of("0123456789.") == std::string::npos;
    if (!is_known_ && (!is_before_all || !is_number || version.empty()))
        throw Error(ErrorKind::not_found, fmt::format("no migration has the version '{}'{}",
                                                      version, did_you_mean(version, known)))
            .with_hint(
                "name the newest migration that the database already has; a version without a file "
                "must be older than all files");
    version_ = version;
    if (!is_known_ && standing_.find(version) == nullptr) recorded_.push_back(nullptr);
    for (const Migration* file : standing_.pending) {
        const bool is_within = is_known_ && file->kind != MigrationKind::repeatable &&
                               !standing_.is_newer(file->version, version);
        if (is_within) recorded_.push_back(file);
    }
}

void MigrateBaseline::check_history() const {
    if (recorded_.empty() || standing_.applied.empty()) return;
    throw Error(ErrorKind::already_exists,
                fmt::format("the database has a history: {} applied, the newest is {}",
                            count_migrations(standing_.applied.size()), standing_.newest))
        .with_hint(
            "a baseline is for a database without one; to pass over single migrations: keel "
            "migrate "
            "up --skip VERSION");
}

AppliedMigration MigrateBaseline::history_row(const Migration* file) const {
    AppliedMigration row;
    row.state = MigrationState::applied;
    row.version = version_;
    row.name = "baseline";
    row.checksum = adopted_checksum;
    if (file == nullptr) return row;
    row.version = file->version;
    row.name = file->name;
    row.checksum = file->checksum;
    row.down_sql = down_text(*file);
    return row;
}

void MigrateBaseline::apply(OperationContext& context, Report& report) {
    Connection& connection = context.connection();
    const MigrationRun run = make_run(context);
    const History history(context.engine());
    const bool is_empty = !context.engine().inspector().has_tables(connection);
    history.ensure(connection);
    Transaction transaction(connection);
    std::int64_t sequence = standing_.last_sequence;
    Json recorded = Json::array();
    for (const Migration* file : recorded_) {
        AppliedMigration row = history_row(file);
        row.sequence = ++sequence;
        row.applied_by = run.actor;
        row.applied_at = format_utc(context.context().clock.now());
        history.insert_as_it_is(connection, row);
        Json json = Json::object();
        json.set("version", row.version).set("name", row.name);
        recorded.push_back(std::move(json));
    }
    record_fingerprint(connection, context.engine(), sequence);
    transaction.commit();
    if (is_empty)
        report.warnings.emplace_back(
            "the database has no tables: if the migrations should have made some, undo this with "
            "keel db reset and use keel migrate up");
    report.result.set("recorded", std::move(recorded)).set("current", version_);
    report.body.emplace_back(
        MarkedLine{Mark::ok, fmt::format("{} recorded as applied; nothing was run",
                                         count_migrations(recorded_.size()))});
    report.next_steps.emplace_back("keel migrate status");
}

void MigrateBaseline::nothing_to_do(OperationContext&, Report& report) {
    report.result.set("recorded", Json::array()).set("current", standing_.newest);
    report.body.emplace_back(
        MarkedLine{Mark::ok, fmt::format("nothing to do: {} is applied", version_)});
}

}  // namespace keel
