#include "engines/postgres/restore_rows.hpp"

#include <fmt/format.h>

#include "db/transaction.hpp"
#include "engines/postgres/table_rows.hpp"
#include "engines/postgres/urgency.hpp"

namespace keel::postgres {
namespace {

// What a row is taken to weigh, to order the tables of backups that do not say what they weighed.
constexpr std::uint64_t usual_row = 64;
// Below this, making the table's file anew costs more than frozen rows save later.
constexpr std::uint64_t smallest_frozen = std::uint64_t{8} << 20;

Error differs(const TableContent& table, std::string_view what) {
    return Error(ErrorKind::integrity,
                 fmt::format("table {}.{} {}", table.schema, table.name, what))
        .with_hint("the target was left as it was; verify the backup: keel backup verify");
}

}  // namespace

RowRestore::RowRestore(Parts parts)
    : parts_(std::move(parts)), tables_(tables_of(parts_.content)), states_(tables_.size()) {
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        const auto rows = parts_.content.tables[i].rows;
        if (tables_[i].bytes == 0) tables_[i].bytes = rows * usual_row;
        bytes_ += tables_[i].bytes;
        total_ += rows * 2;  // each goes in and is read back
    }
}

/// Rows of one transaction can be frozen, which saves the server a second look at them; but whoever
/// has most of the work must not be left alone with it.
bool RowRestore::is_split(const DumpTable& table) const {
    return table.parts > 1 && table.bytes > bytes_ / parts_.loaders;
}

void RowRestore::start() {
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        const auto& table = tables_[i];
        states_[i].to_load = is_split(table) ? table.parts : 1;
        if (!is_split(table)) {
            parts_.crew.add_limited(load_urgency(table),
                                    [this, i](std::size_t worker) { load_whole(worker, i); });
            continue;
        }
        for (std::size_t part = 0; part < table.parts; ++part)
            parts_.crew.add_limited(load_urgency(table), [this, i, part](std::size_t worker) {
                load_part(worker, i, part);
            });
    }
}

template <typename Work>
void RowRestore::named(std::size_t index, const Work& work) const {
    try {
        work();
    } catch (Error& error) {
        const auto& content = parts_.content.tables[index];
        error.add_trail(fmt::format("restore the rows of {}.{}", content.schema, content.name));
        throw;
    }
}

void RowRestore::load_whole(std::size_t worker, std::size_t index) {
    const auto& table = tables_[index];
    RowDigest digest;
    named(index, [&] {
        auto& connection = parts_.targets.of(worker);
        const auto rows = open_stored_rows(parts_.streams, parts_.content.tables[index], table);
        Transaction transaction(connection);
        auto spec = table.copy_in_spec();
        spec.freeze =
            !table.is_partitioned && table.condition.empty() && table.bytes >= smallest_frozen;
        // Rows may be frozen in a table that this very transaction has made or emptied.
        if (spec.freeze) connection.execute("truncate only " + table.quoted());
        digest = load_rows(connection, *rows, spec);
        transaction.commit();
    });
    add_loaded(worker, index, digest);
}

void RowRestore::load_part(std::size_t worker, std::size_t index, std::size_t part) {
    RowDigest digest;
    named(index, [&] {
        auto& connection = parts_.targets.of(worker);
        const auto rows =
            open_stored_rows(parts_.streams, parts_.content.tables[index], tables_[index], part);
        Transaction transaction(connection);
        digest = load_rows(connection, *rows, tables_[index].copy_in_spec());
        transaction.commit();
    });
    add_loaded(worker, index, digest);
}

RowDigest RowRestore::load_rows(Connection& connection, RowSource& rows, const CopySpec& spec) {
    const auto sink = connection.copy_in(spec);
    const OnRows on_rows = [&](std::uint64_t count) { report("restore", spec.table, count); };
    const auto digest = pump_rows(
        {.source = rows, .sink = sink.get(), .on_rows = on_rows, .stop = parts_.crew.stop()});
    sink->finish();
    return digest;
}

void RowRestore::add_loaded(std::size_t worker, std::size_t index, const RowDigest& digest) {
    auto& state = states_[index];
    {
        const std::scoped_lock lock(mutex_);
        state.sent.merge(digest);
        if (--state.to_load > 0) return;
    }
    const auto& content = parts_.content.tables[index];
    if (state.sent.rows() != content.rows || state.sent.hex() != content.digest)
        throw differs(content, "is not in the backup as its manifest says");
    plan_comparison(parts_.targets.of(worker), index);
    parts_.on_rows_in(index);
}

void RowRestore::plan_comparison(Connection& connection, std::size_t index) {
    auto table = tables_[index];
    const std::vector<Value> name = {table.quoted()};
    table.bytes = static_cast<std::uint64_t>(connection.query_integer(
        "select pg_catalog.pg_relation_size($1::pg_catalog.regclass)", name));
    auto& state = states_[index];
    const std::span<const DumpTable> one(&table, 1);
    for (const auto& unit :
         plan_row_units(one, {.workers = parts_.loaders, .may_split = has_page_ranges(connection)}))
        state.units.push_back(unit);
    state.to_compare = state.units.size();
    for (const auto& unit : state.units)
        parts_.crew.add(compare_urgency(tables_[index]),
                        [this, index, &unit](std::size_t worker) { compare(worker, index, unit); });
}

void RowRestore::compare(std::size_t worker, std::size_t index, const RowUnit& unit) {
    const auto& table = tables_[index];
    const auto rows = parts_.targets.of(worker).copy_out(table.copy_out_spec(unit.condition()));
    const OnRows on_rows = [&](std::uint64_t count) { report("compare", table.name, count); };
    const auto found = pump_rows({.source = *rows, .on_rows = on_rows, .stop = parts_.crew.stop()});
    {
        const std::scoped_lock lock(mutex_);
        auto& state = states_[index];
        state.found.merge(found);
        if (--state.to_compare > 0) return;
    }
    check(index);
    parts_.on_compared(index);
}

void RowRestore::check(std::size_t index) const {
    const auto& content = parts_.content.tables[index];
    const auto& found = states_[index].found;
    if (found.rows() != content.rows)
        throw differs(content, fmt::format("came back with {} rows instead of {}", found.rows(),
                                           content.rows));
    if (found.hex() != content.digest)
        throw differs(content, "came back with other values than it was saved with");
}

void RowRestore::report(std::string_view phase, const std::string& table, std::uint64_t rows) {
    std::uint64_t done = 0;
    {
        const std::scoped_lock lock(mutex_);
        done = done_ += rows;
    }
    parts_.context.progress.on({.phase = phase,
                                .item = table,
                                .done = done,
                                .total = std::max(done, total_),
                                .unit = ProgressUnit::rows});
}

}  // namespace keel::postgres
