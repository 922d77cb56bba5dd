#include "engines/postgres/post_data_build.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engines/postgres/restore_schema.hpp"
#include "engines/postgres/urgency.hpp"

namespace keel::postgres {
namespace {

/// The settings of the section come from its own SETs; these stand where others are wanted.
constexpr std::string_view no_tablespace = "set default_tablespace = ''";

constexpr std::string_view roots = R"(
    select pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname !~ '^pg_' and c.relkind = 'p' and not c.relispartition)";

// What ANALYZE of the tables has left out.
constexpr std::string_view unanalyzed = R"(
    select pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and (c.relkind = 'm'
           or exists (select from pg_catalog.pg_statistic_ext x where x.stxrelid = c.oid)))";

// For each session that builds indexes, unless the server gives more. Sorts in much more are
// slower.
constexpr std::string_view index_memory =
    "select pg_catalog.set_config('maintenance_work_mem', '128MB', false) "
    "where pg_catalog.pg_size_bytes(pg_catalog.current_setting('maintenance_work_mem')) < "
    "pg_catalog.pg_size_bytes('128MB')";

constexpr std::string_view no_helpers = "set max_parallel_maintenance_workers = 0";
constexpr std::string_view usual_helpers = "reset max_parallel_maintenance_workers";

// ANALYZE of a partitioned table is one of its partitions too.
constexpr std::string_view is_partition =
    "select 1 from pg_catalog.pg_class c where c.oid = $1::pg_catalog.regclass and "
    "c.relispartition";

constexpr std::string_view root_statistics =
    "select 1 from pg_catalog.pg_stats s "
    "join pg_catalog.pg_namespace n on n.nspname = s.schemaname "
    "join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = s.tablename "
    "where s.inherited and c.relkind = 'p' limit 1";

const KeyIndex* find_key(std::span<const KeyIndex> keys, const PostDataStatement& statement) {
    const auto found = std::ranges::find_if(keys, [&](const KeyIndex& key) {
        return key.table == statement.table && key.constraint == statement.constraint;
    });
    return found == keys.end() ? nullptr : &*found;
}

}  // namespace

PostDataBuild::PostDataBuild(Parts parts)
    : parts_(parts), states_(parts.tables.size()), unfinished_(parts.tables.size()) {
    for (std::size_t i = 0; i < parts_.tables.size(); ++i)
        index_of_.emplace(parts_.tables[i].quoted(), i);
    for (const auto& table : parts_.tables) most_bytes_ = std::max(most_bytes_, table.bytes);
    sort_out();
}

void PostDataBuild::sort_out() {
    bool is_rest = false;
    for (const auto& statement : parts_.statements) {
        switch (statement.kind) {
            case PostDataKind::setting:
                break;  // see apply_leading_settings, and `run`
            case PostDataKind::index:
                sort_out_index(statement);
                break;
            case PostDataKind::key:
                sort_out_key(statement);
                break;
            case PostDataKind::foreign_key:
                if (!is_rest) first_rest_ = others_.size();
                is_rest = true;
                if (can_wait(statement))
                    sort_out_foreign_key(statement);
                else
                    others_.push_back(&statement);
                break;
            case PostDataKind::event_trigger:
                event_triggers_.push_back(&statement);
                break;
            case PostDataKind::other:
                others_.push_back(&statement);
                break;
        }
    }
    if (!is_rest) first_rest_ = others_.size();
    for (auto& state : states_) state.waiting_for += state.builds.size();
}

void PostDataBuild::sort_out_index(const PostDataStatement& statement) {
    const auto found = index_of_.find(statement.table);
    if (found == index_of_.end()) return others_.push_back(&statement);
    auto& state = states_[found->second];
    state.builds.emplace_back(statement.text);
    state.tablespace = statement.tablespace;
}

void PostDataBuild::sort_out_key(const PostDataStatement& statement) {
    const auto found = index_of_.find(statement.table);
    if (found == index_of_.end()) return others_.push_back(&statement);
    auto& state = states_[found->second];
    state.tablespace = statement.tablespace;
    const auto* key = find_key(parts_.keys, statement);
    if (key != nullptr) state.builds.insert(state.builds.begin(), key->create);
    state.attaches.push_back(key != nullptr ? key->attach : std::string(statement.text));
}

void PostDataBuild::sort_out_foreign_key(const PostDataStatement& statement) {
    const auto child = index_of_.at(statement.table);
    states_[child].foreign_keys.push_back(&statement);
    for (const auto needed : {child, index_of_.at(statement.references)}) {
        auto& held = states_[needed].held;
        if (std::ranges::find(held, child) != held.end()) continue;
        held.push_back(child);
        ++states_[child].missing;
    }
}

/// Only between plain tables may a foreign key be added without being checked.
bool PostDataBuild::can_wait(const PostDataStatement& statement) const {
    const auto is_plain = [&](const std::string& name) {
        const auto found = index_of_.find(name);
        return found != index_of_.end() && !parts_.tables[found->second].is_partitioned;
    };
    return is_plain(statement.table) && is_plain(statement.references);
}

void PostDataBuild::rows_are_in(std::size_t index) {
    const auto& state = states_[index];
    for (std::size_t i = 0; i < state.builds.size(); ++i) {
        const bool is_key = i < state.attaches.size();
        parts_.crew.add(index_urgency(table(index), is_key),
                        [this, index, &sql = state.builds[i]](std::size_t worker) {
                            build(worker, index, sql);
                        });
    }
}

void PostDataBuild::build(std::size_t worker, std::size_t index, const std::string& sql) {
    report(table(index).name);
    auto& connection = parts_.targets.of(worker);
    // The server's own helpers cost more than they bring while there is other work for all cores,
    // unless it is the largest table, which everything else will have to wait for.
    const bool is_busy = parts_.crew.load() > usual_workers() && table(index).bytes < most_bytes_;
    connection.execute(is_busy ? no_helpers : usual_helpers);
    run(connection, sql, states_[index].tablespace);
    release(worker, index);
}

void PostDataBuild::is_compared(std::size_t index) {
    parts_.crew.add(index_urgency(table(index), true),
                    [this, index](std::size_t worker) { release(worker, index); });
}

void PostDataBuild::release(std::size_t worker, std::size_t index) {
    {
        const std::scoped_lock lock(mutex_);
        if (--states_[index].waiting_for > 0) return;
    }
    attach(worker, index);
}

void PostDataBuild::attach(std::size_t worker, std::size_t index) {
    auto& connection = parts_.targets.of(worker);
    for (const auto& sql : states_[index].attaches) run(connection, sql, states_[index].tablespace);
    report(table(index).name);
    const std::vector<Value> name = {table(index).quoted()};
    const bool is_done_above = parts_.analyzes_roots && connection.query_text(is_partition, name);
    if (!is_done_above) run(connection, "analyze " + table(index).quoted(), {});
    has_keys(index);
}

void PostDataBuild::run(Connection& connection, std::string_view sql, std::string_view tablespace) {
    try {
        // Whoever runs here next may want another one.
        const bool has_tablespace = !tablespace.empty();
        if (has_tablespace) connection.execute(tablespace);
        connection.execute(sql);
        if (has_tablespace) connection.execute(no_tablespace);
    } catch (Error& error) {
        explain_schema_failure(error, "post-data");
        throw;
    }
}

/// A table's own foreign keys hang on it and on those that it refers to; what hangs on it is
/// theirs.
void PostDataBuild::has_keys(std::size_t index) {
    std::vector<std::size_t> ready;
    bool is_last = false;
    {
        const std::scoped_lock lock(mutex_);
        for (const auto child : states_[index].held)
            if (--states_[child].missing == 0) ready.push_back(child);
        is_last = --unfinished_ == 0;
    }
    for (const auto child : ready)
        parts_.crew.add(index_urgency(table(child), true),
                        [this, child](std::size_t worker) { add_foreign_keys(worker, child); });
    if (is_last && parts_.analyzes_roots)
        parts_.crew.add(1, [this](std::size_t worker) { analyze_roots(worker); });
}

/// One after the other: the server validates one constraint of a table at a time.
void PostDataBuild::add_foreign_keys(std::size_t worker, std::size_t index) {
    auto& connection = parts_.targets.of(worker);
    const auto& keys = states_[index].foreign_keys;
    {
        // Each takes both of its tables for itself, for a moment: two at once might wait for each
        // other.
        const std::scoped_lock lock(adding_);
        for (const auto* key : keys)
            run(connection, fmt::format("{}{}", key->text, key->is_not_valid ? "" : " NOT VALID"),
                {});
    }
    for (const auto* key : keys) {
        report(key->table);
        if (!key->is_not_valid)
            run(connection,
                fmt::format("alter table {} validate constraint {}", key->table, key->constraint),
                {});
    }
}

/// Partitioned tables as wholes: their parts are in, and others still validate.
void PostDataBuild::analyze_roots(std::size_t worker) {
    auto& connection = parts_.targets.of(worker);
    for (const auto& row : connection.query_rows(roots)) run(connection, "analyze " + row[0], {});
}

void PostDataBuild::finish(Connection& connection, const std::function<void()>& between) {
    for (std::size_t i = 0; i < others_.size(); ++i) {
        if (i == first_rest_) between();
        report("definitions");
        run(connection, others_[i]->text, others_[i]->tablespace);
    }
    if (first_rest_ == others_.size()) between();
    for (const auto& row : connection.query_rows(unanalyzed))
        connection.execute("analyze " + row[0]);
}

void PostDataBuild::make_event_triggers(Connection& connection) {
    for (const auto* statement : event_triggers_) run(connection, statement->text, {});
}

void PostDataBuild::report(std::string_view item) {
    std::size_t done = 0;
    {
        const std::scoped_lock lock(mutex_);
        done = ++done_;
    }
    parts_.context.check_cancelled("building indexes and constraints");
    parts_.context.progress.on({.phase = "build",
                                .item = item,
                                .done = done,
                                .total = std::max(done, parts_.statements.size()),
                                .unit = ProgressUnit::statements});
}

bool has_root_statistics(Connection& connection) {
    return connection.query_text(root_statistics).has_value();
}

void prepare_session(Connection& connection, std::span<const PostDataStatement> statements) {
    for (const auto& statement : statements) {
        if (statement.kind != PostDataKind::setting) break;
        if (statement.text.starts_with("SET "))
            connection.execute(statement.text);
        else
            connection.query_text(statement.text);
    }
    set_dump_settings(connection, false);  // the section has its own ideas of them
    connection.query_text(index_memory);
    // Each statement runs once: compiling what it computes seldom pays.
    connection.execute("set jit = off");
}

}  // namespace keel::postgres
