#include "engines/postgres/restore_rows.hpp"

#include <fmt/format.h>

#include "db/transaction.hpp"
#include "engines/postgres/rows.hpp"

namespace keel::postgres {
namespace {

// Rows between two progress events and looks at the stop request.
constexpr std::uint64_t rows_at_once = 8192;

Error differs(const TableContent& table, std::string_view what) {
    return Error(ErrorKind::integrity,
                 fmt::format("table {}.{} {}", table.schema, table.name, what))
        .with_hint("the target was left as it was; verify the backup: keel backup verify");
}

}  // namespace

RowRestore::RowRestore(Connection& connection, const DumpContent& content, StreamReader& streams,
                       const Context& context)
    : connection_(connection),
      content_(content),
      streams_(streams),
      context_(context),
      tables_(tables_of(content)) {
    for (const auto& table : content_.tables) total_ += table.rows;
}

void RowRestore::report(std::string_view phase, const std::string& table) {
    context_.check_cancelled("the restore");
    context_.progress.on({.phase = phase,
                          .item = table,
                          .done = done_,
                          .total = total_,
                          .unit = ProgressUnit::rows});
}

void RowRestore::load() {
    for (std::size_t i = 0; i < tables_.size(); ++i) load_table(tables_[i], content_.tables[i]);
}

void RowRestore::load_table(const DumpTable& table, const TableContent& content) {
    RowDigest digest;
    try {
        const auto source = streams_.open(content.stream);
        LineReader lines(*source);
        Transaction transaction(connection_);
        const auto sink = connection_.copy_in(table.copy_in_spec());
        for (auto line = lines.next(); !line.empty(); line = lines.next()) {
            digest.add(as_bytes(line));
            sink->put(as_bytes(line));
            if (++done_ % rows_at_once == 0) report("restore", table.name);
        }
        sink->finish();
        transaction.commit();
    } catch (Error& error) {
        error.add_trail(fmt::format("restore the rows of {}.{}", table.schema, table.name));
        throw;
    }
    report("restore", table.name);
    if (digest.rows() != content.rows || digest.hex() != content.digest)
        throw differs(content, "is not in the backup as its manifest says");
}

void RowRestore::compare() {
    done_ = 0;
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        const auto& content = content_.tables[i];
        const auto found = read_back(tables_[i]);
        if (found.rows() != content.rows)
            throw differs(content, fmt::format("came back with {} rows instead of {}", found.rows(),
                                               content.rows));
        if (found.hex() != content.digest)
            throw differs(content, "came back with other values than it was saved with");
    }
}

RowDigest RowRestore::read_back(const DumpTable& table) {
    const auto rows = connection_.copy_out(table.copy_out_spec());
    const auto digest = digest_rows(*rows, context_, [](std::string_view) {});
    done_ += digest.rows();
    report("compare", table.name);
    return digest;
}

}  // namespace keel::postgres
