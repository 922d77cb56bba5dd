#include "ops/migrate/observed_connection.hpp"

#include <algorithm>
#include <array>

#include "db/observation.hpp"
#include "db/statement_reader.hpp"

namespace keel {
namespace {

using Counts = std::map<std::string, std::int64_t>;

Counts increase(const Counts& before, const Counts& after) {
    Counts more;
    for (const auto& [table, count] : after) {
        const auto found = before.find(table);
        const std::int64_t added = count - (found == before.end() ? 0 : found->second);
        if (added > 0) more.emplace(table, added);
    }
    return more;
}

std::vector<std::string> rewritten(const Observation& before, const Observation& after) {
    std::vector<std::string> tables;
    for (const auto& [table, file] : before.storage) {
        const auto now = after.storage.find(table);
        if (now != after.storage.end() && now->second != file) tables.push_back(table);
    }
    return tables;
}

/// Whether it takes time that grows with the table's rows.
bool goes_through_rows(ActionKind kind) {
    constexpr auto kinds = std::to_array<ActionKind>(
        {ActionKind::create_index, ActionKind::reindex, ActionKind::update, ActionKind::delete_rows,
         ActionKind::merge, ActionKind::select, ActionKind::insert, ActionKind::create_table_as,
         ActionKind::drop_column, ActionKind::set_type, ActionKind::set_not_null,
         ActionKind::add_constraint, ActionKind::validate_constraint,
         ActionKind::create_materialized_view, ActionKind::refresh_materialized_view,
         ActionKind::cluster, ActionKind::vacuum, ActionKind::vacuum_full, ActionKind::analyze});
    return std::ranges::find(kinds, kind) != kinds.end();
}

std::vector<std::string> tables_gone_through(const ReadStatement& statement) {
    std::vector<std::string> tables;
    for (const SqlAction& action : statement.actions) {
        if (!goes_through_rows(action.kind)) continue;
        // What rows are put into takes as long as there are rows to put.
        const bool only_from = action.kind == ActionKind::insert && !action.others.empty();
        if (!only_from) tables.push_back(action.object.text());
        for (const SqlName& other : action.others) tables.push_back(other.text());
    }
    return tables;
}

}  // namespace

template <typename Work>
std::chrono::microseconds ObservedConnection::timed(const Work& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - start);
    worked_ += took;
    return took;
}

std::uint64_t ObservedConnection::execute(std::string_view sql, std::span<const Value> params) {
    std::uint64_t changed = 0;
    timed([&] { changed = inner_->execute(sql, params); });
    return changed;
}

void ObservedConnection::query(std::string_view sql, std::span<const Value> params,
                               const std::function<void(const Row&)>& each) {
    timed([&] { inner_->query(sql, params, each); });
}

void ObservedConnection::run_script(std::span<const Statement> statements) {
    for (const Statement& statement : statements) {
        ObservedStatement seen{.number = statement.number, .line = statement.line};
        const auto began = worked_;
        seen.duration = timed([&] { inner_->run_script(std::span(&statement, 1)); });
        look(seen, statement.text, began);
        remember(std::move(seen));
    }
}

/// A statement that runs in batches is one.
void ObservedConnection::remember(ObservedStatement seen) {
    if (statements_.empty() || statements_.back().number != seen.number)
        return statements_.push_back(std::move(seen));
    ObservedStatement& all = statements_.back();
    all.duration += seen.duration;
    for (const auto& [table, rows] : seen.rows_read) all.rows_read[table] += rows;
    for (const auto& [table, rows] : seen.rows_written) all.rows_written[table] += rows;
}

void ObservedConnection::look(ObservedStatement& statement, std::string_view text,
                              std::chrono::microseconds began) {
    statement.named = tables_gone_through(engine_.statement_reader().read(text));
    if (!inner_->in_transaction()) return;
    Observation now = engine_.observe(*inner_);
    for (const ObservedLock& lock : now.locks) since_.emplace(lock, began);
    statement.rewritten = rewritten(last_, now);
    statement.rows_read = increase(last_.rows_read, now.rows_read);
    statement.rows_written = increase(last_.rows_written, now.rows_written);
    statement.is_observed = !now.storage.empty();
    last_ = std::move(now);
}

void ObservedConnection::begin(const TransactionOptions& options) {
    timed([&] { inner_->begin(options); });
    last_ = engine_.observe(*inner_);
    since_.clear();
}

void ObservedConnection::commit() {
    timed([&] { inner_->commit(); });
    release_locks();
}

void ObservedConnection::rollback() {
    inner_->rollback();
    since_.clear();
}

void ObservedConnection::release_locks() {
    for (const auto& [lock, since] : since_) {
        auto& longest = held_[lock];
        longest = std::max(longest, worked_ - since);
    }
    since_.clear();
}

std::vector<HeldLock> ObservedConnection::locks() const {
    std::vector<HeldLock> locks;
    for (const auto& [lock, held] : held_) locks.push_back({.lock = lock, .held = held});
    return locks;
}

void ObservedConnection::forget() {
    statements_.clear();
    held_.clear();
    worked_ = std::chrono::microseconds(0);
}

}  // namespace keel
