#include "ops/migrate/backfill_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "db/dialect.hpp"
#include "db/inspector.hpp"
#include "db/transaction.hpp"
#include "ops/migrate/backfill_key.hpp"
#include "ops/migrate/lock_retry.hpp"

namespace keel {
namespace {

constexpr std::uint64_t largest_batch = 1'000'000;

std::string literals(const std::vector<std::string>& values) {
    return values.size() == 1 ? values.front() : fmt::format("({})", join(values, ", "));
}

/// A value as a literal that the same server reads back as the same value.
std::string literal_of(EngineKind kind, const std::string& column) {
    switch (kind) {
        case EngineKind::postgres:
            return fmt::format("pg_catalog.quote_literal({}::text)", column);
        case EngineKind::sqlite:
            return fmt::format("quote({})", column);
    }
    return column;
}

}  // namespace

std::string BackfillCursor::text() const {
    Json json = Json::object();
    json.set("table", table).set("key", Json::from(key)).set("after", Json::from(after));
    return json.set("rows", rows).set("total", total).dump();
}

BackfillCursor BackfillCursor::parse(std::string_view text) {
    const Json json = Json::parse(text);
    BackfillCursor cursor{.table = json.at("table").as_string(),
                          .rows = static_cast<std::uint64_t>(json.at("rows").as_integer()),
                          .total = static_cast<std::uint64_t>(json.at("total").as_integer())};
    for (const Json& one : json.at("key").as_array()) cursor.key.push_back(one.as_string());
    for (const Json& one : json.at("after").as_array()) cursor.after.push_back(one.as_string());
    return cursor;
}

std::string BackfillCursor::progress() const {
    if (total == 0) return fmt::format("{} of {}", count_of(rows, "row"), table);
    return fmt::format("{} of about {} of {}", rows, count_of(std::max(total, rows), "row"), table);
}

BackfillRun::BackfillRun(Parts parts)
    : parts_(std::move(parts)),
      backfill_(*parts_.script.backfills.at(parts_.index)),
      journal_(parts_.run.engine),
      size_(backfill_.directive.batch),
      replicas_(parts_.run, backfill_.directive.lag.value_or(std::chrono::milliseconds(0))) {}

JournalStep BackfillRun::run(JournalStep step) {
    begin(step);
    report();
    while (true) {
        parts_.run.context.check_cancelled(fmt::format("a backfill ({})", cursor_.progress()));
        const Stopwatch watch;
        if (!run_batch(step)) return step;
        parts_.on_batch();
        report();
        adapt(watch.elapsed());
        pause();
    }
}

void BackfillRun::begin(JournalStep& step) {
    Connection& connection = parts_.run.connection();
    const BackfillSource source =
        find_backfill_source(connection, parts_.run.engine, backfill_, parts_.script, parts_.index);
    cursor_ = {.table = source.table, .key = source.key, .total = source.rows};
    if (step.cursor.empty()) return;
    BackfillCursor known = BackfillCursor::parse(step.cursor);
    if (known.table != cursor_.table || known.key != cursor_.key)
        throw Error(
            ErrorKind::partial,
            fmt::format("the backfill was begun through {} by {}, and its file now says {} "
                        "by {}",
                        known.table, join(known.key, ", "), cursor_.table, join(cursor_.key, ", ")))
            .at(parts_.script.locate(parts_.script.statements[parts_.index]));
    known.total = std::max(known.total, source.rows);
    cursor_ = std::move(known);
}

/// False when there are no rows left.
bool BackfillRun::run_batch(JournalStep& step) {
    bool has_rows = false;
    BackfillCursor next;
    JournalStep written = step;
    try {
        with_lock_retries(parts_.run, parts_.script, [&] {
            next = cursor_;
            has_rows = transact(written, next);
        });
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::in_doubt) throw;
        settle(step, error);
        return true;
    }
    if (!has_rows) return false;
    cursor_ = std::move(next);
    step.cursor = cursor_.text();
    return true;
}

bool BackfillRun::transact(const JournalStep& step, BackfillCursor& next) {
    Connection& connection = parts_.run.connection();
    SchemaChangeGuard* guard = parts_.guard();
    Transaction transaction(connection);
    if (guard != nullptr) guard->after_begin();
    Batch batch = next_batch(connection);
    if (batch.last.empty()) return false;
    run_statement(connection, batch.last);
    next.after = std::move(batch.last);
    next.rows += batch.rows;
    JournalStep done = step;
    done.cursor = next.text();
    done.attempts = 1;
    journal_.write(connection, done);
    if (guard != nullptr) guard->before_commit();
    transaction.commit();
    return true;
}

BackfillRun::Batch BackfillRun::next_batch(Connection& connection) const {
    const EngineKind kind = parts_.run.engine.kind();
    std::vector<std::string> columns;
    std::vector<std::string> shown;
    for (const std::string& column : cursor_.key) {
        columns.push_back(column + " desc");
        shown.push_back(literal_of(kind, column));
    }
    const std::string keys = join(cursor_.key, ", ");
    const std::string rest =
        cursor_.after.empty()
            ? std::string()
            : fmt::format(" where {} > {}", literals(cursor_.key), literals(cursor_.after));
    Batch batch;
    connection.query(
        fmt::format("select count(*) over (), {} from (select {} from {}{} order by {} limit {}) "
                    "as keel_batch order by {} limit 1",
                    join(shown, ", "), keys, cursor_.table, rest, keys, size_, join(columns, ", ")),
        {}, [&](const Row& row) {
            batch.rows = static_cast<std::uint64_t>(row.integer(0));
            for (std::size_t i = 1; i <= cursor_.key.size(); ++i)
                batch.last.push_back(row.string(i));
        });
    return batch;
}

std::string BackfillRun::condition(std::string_view alias,
                                   const std::vector<std::string>& last) const {
    std::vector<std::string> columns;
    for (const std::string& column : cursor_.key)
        columns.push_back(alias.empty() ? column : fmt::format("{}.{}", alias, column));
    const std::string key = literals(columns);
    const std::string to = fmt::format("{} <= {}", key, literals(last));
    if (cursor_.after.empty()) return fmt::format("({})", to);
    return fmt::format("({} > {} and {})", key, literals(cursor_.after), to);
}

void BackfillRun::run_statement(Connection& connection,
                                const std::vector<std::string>& last) const {
    const std::string text =
        backfill_.with([&](std::string_view alias) { return condition(alias, last); });
    Statement statement = parts_.script.statements[parts_.index];
    statement.text = text;
    try {
        connection.run_script(std::span(&statement, 1));
    } catch (Error& error) {
        // Beyond the first condition, places in what was run are not those in the file.
        const auto same = std::ranges::mismatch(text, backfill_.text).in1 - text.begin();
        const auto offset = error.sql() ? error.sql()->offset : std::nullopt;
        SourcePosition where = parts_.script.locate(
            parts_.script.statements[parts_.index],
            offset ? std::optional(std::min(*offset, static_cast<std::size_t>(same))) : offset);
        error.set_where(std::move(where));
        error.add_trail(cursor_.after.empty() ? fmt::format("backfill {}", cursor_.table)
                                              : fmt::format("backfill {} after {}", cursor_.table,
                                                            literals(cursor_.after)));
        throw;
    }
}

/// The reply to a commit was lost: the journal knows whether the batch is done.
void BackfillRun::settle(JournalStep& step, const Error& doubt) {
    try {
        parts_.reopen();
        for (const JournalStep& known : journal_.read(parts_.run.connection(), step.sequence)) {
            if (known.statement != step.statement || known.cursor.empty()) continue;
            step.cursor = known.cursor;
            cursor_ = BackfillCursor::parse(known.cursor);
        }
    } catch (const Error& error) {
        throw Error(ErrorKind::in_doubt, fmt::format("{}; and it could not be found out: {}",
                                                     doubt.message(), error.message()));
    }
}

/// Towards the time that a batch shall take, by no more than half or twice at once.
void BackfillRun::adapt(std::chrono::milliseconds took) {
    if (!backfill_.directive.target) return;
    const auto wanted =
        static_cast<std::uint64_t>(std::max<std::int64_t>(backfill_.directive.target->count(), 1));
    const auto used = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 1));
    const std::uint64_t fitting = size_ * wanted / used;
    const std::uint64_t least = std::max<std::uint64_t>(size_ / 2, 1);
    size_ = std::clamp(fitting, least, std::min(size_ * 2, largest_batch));
}

void BackfillRun::pause() {
    if (!parts_.run.is_for_real) return;
    const std::string what = fmt::format("a backfill ({})", cursor_.progress());
    if (backfill_.directive.pause.count() > 0)
        sleep_unless_stopped(parts_.run.context, backfill_.directive.pause, what);
    if (backfill_.directive.lag) replicas_.wait(what);
}

void BackfillRun::report() const {
    parts_.run.context.progress.on({.phase = "backfill",
                                    .item = cursor_.table,
                                    .done = cursor_.rows,
                                    .total = std::max(cursor_.total, cursor_.rows),
                                    .unit = ProgressUnit::rows});
}

}  // namespace keel
