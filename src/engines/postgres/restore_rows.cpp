#include "engines/postgres/restore_rows.hpp"

#include <fmt/format.h>

#include "db/transaction.hpp"
#include "engines/postgres/row_units.hpp"
#include "engines/postgres/rows.hpp"
#include "engines/postgres/urgency.hpp"

namespace keel::postgres {
namespace {

// What a row is taken to weigh, to order the tables.
constexpr std::uint64_t usual_row = 64;

Error differs(const TableContent& table, std::string_view what) {
    return Error(ErrorKind::integrity,
                 fmt::format("table {}.{} {}", table.schema, table.name, what))
        .with_hint("the target was left as it was; verify the backup: keel backup verify");
}

}  // namespace

RowRestore::RowRestore(Parts parts) : parts_(std::move(parts)), tables_(tables_of(parts_.content)) {
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        const auto rows = parts_.content.tables[i].rows;
        tables_[i].bytes = rows * usual_row;
        total_ += rows * 2;  // each goes in and is read back
    }
}

void RowRestore::start() {
    for (std::size_t i = 0; i < tables_.size(); ++i)
        parts_.crew.add(load_urgency(tables_[i]),
                        [this, i](std::size_t worker) { load(worker, i); });
}

void RowRestore::load(std::size_t worker, std::size_t index) {
    const auto& content = parts_.content.tables[index];
    RowDigest digest;
    try {
        digest = load_rows(parts_.targets.of(worker), index);
    } catch (Error& error) {
        error.add_trail(fmt::format("restore the rows of {}.{}", content.schema, content.name));
        throw;
    }
    if (digest.rows() != content.rows || digest.hex() != content.digest)
        throw differs(content, "is not in the backup as its manifest says");
    parts_.crew.add(compare_urgency(tables_[index]),
                    [this, index](std::size_t member) { compare(member, index); });
    parts_.on_rows_in(index);
}

RowDigest RowRestore::load_rows(Connection& connection, std::size_t index) {
    const auto& table = tables_[index];
    const auto stream = parts_.streams.open(parts_.content.tables[index].stream);
    StreamRows rows(*stream);
    Transaction transaction(connection);
    const auto sink = connection.copy_in(table.copy_in_spec());
    const OnRows on_rows = [&](std::uint64_t count) { report("restore", table.name, count); };
    const auto digest = pump_rows(
        {.source = rows, .sink = sink.get(), .on_rows = on_rows, .stop = parts_.crew.stop()});
    sink->finish();
    transaction.commit();
    return digest;
}

void RowRestore::compare(std::size_t worker, std::size_t index) {
    const auto& content = parts_.content.tables[index];
    const auto rows = parts_.targets.of(worker).copy_out(tables_[index].copy_out_spec());
    const OnRows on_rows = [&](std::uint64_t count) { report("compare", content.name, count); };
    const auto found = pump_rows({.source = *rows, .on_rows = on_rows, .stop = parts_.crew.stop()});
    if (found.rows() != content.rows)
        throw differs(content, fmt::format("came back with {} rows instead of {}", found.rows(),
                                           content.rows));
    if (found.hex() != content.digest)
        throw differs(content, "came back with other values than it was saved with");
    parts_.on_compared(index);
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
