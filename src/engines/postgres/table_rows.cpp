#include "engines/postgres/table_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/error.hpp"
#include "engines/postgres/rows.hpp"

namespace keel::postgres {
namespace {

// Rows between two progress events.
constexpr std::uint64_t progress_rows = 8192;

std::unique_ptr<RowSource> open_rows(Connection& session, const DumpTable& table) {
    try {
        return session.copy_out(table.copy_out_spec());
    } catch (Error& error) {
        error.add_trail(fmt::format("dump table {}.{}", table.schema, table.name));
        if (error.message().find("row-level security") != std::string::npos)
            error.set_hint("back up as the table's owner, or as a role with BYPASSRLS");
        throw;
    }
}

}  // namespace

void TableRowsWriter::expect(std::span<const DumpTable> tables) {
    for (const auto& table : tables) estimate_ += static_cast<std::uint64_t>(table.estimate);
}

TableContent TableRowsWriter::write(Connection& session, const DumpTable& table,
                                    std::size_t index) {
    TableContent content;
    content.schema = table.schema;
    content.name = table.name;
    content.columns = table.columns;
    content.stream = fmt::format("table/{}", index + 1);
    const auto stream = streams_.open(content.stream);
    BufferedSink sink(*stream);
    const auto rows = open_rows(session, table);
    const auto digest = digest_rows(*rows, context_, [&](std::string_view row) {
        sink.write(as_bytes(row));
        if (done_.fetch_add(1) % progress_rows == 0) report(table.name);
    });
    sink.finish();
    report(table.name);
    content.rows = digest.rows();
    content.digest = digest.hex();
    return content;
}

void TableRowsWriter::report(const std::string& table) const {
    const std::uint64_t done = done_;
    context_.progress.on({.phase = "dump",
                          .item = table,
                          .done = done,
                          .total = std::max(done, estimate_),
                          .unit = ProgressUnit::rows});
}

}  // namespace keel::postgres
