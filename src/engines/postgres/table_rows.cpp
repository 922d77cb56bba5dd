#include "engines/postgres/table_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "engines/postgres/row_groups.hpp"
#include "engines/postgres/rows.hpp"
#include "engines/postgres/urgency.hpp"

namespace keel::postgres {
namespace {

// Rows between two looks at the stop request.
constexpr std::uint64_t rows_at_once = 8192;

std::unique_ptr<RowSource> open_rows(Connection& session, const DumpTable& table,
                                     const RowUnit& unit) {
    try {
        return session.copy_out(table.copy_out_spec(unit.condition()));
    } catch (Error& error) {
        error.add_trail(fmt::format("dump table {}.{}", table.schema, table.name));
        if (error.message().find("row-level security") != std::string::npos)
            error.set_hint("back up as the table's owner, or as a role with BYPASSRLS");
        throw;
    }
}

/// A stream together with what reads its rows.
template <typename Reader>
class OwningRows final : public RowSource {
  public:
    template <typename... Arguments>
    explicit OwningRows(std::unique_ptr<ByteSource> source, Arguments... arguments)
        : source_(std::move(source)), rows_(*source_, arguments...) {}
    std::span<const std::byte> next() override { return rows_.next(); }

  private:
    std::unique_ptr<ByteSource> source_;
    Reader rows_;
};

class JoinedRows final : public RowSource {
  public:
    JoinedRows(StreamReader& streams, const TableContent& content, const DumpTable& table)
        : streams_(streams), content_(content), table_(table) {}

    std::span<const std::byte> next() override {
        for (;;) {
            if (rows_ == nullptr) rows_ = open_stored_rows(streams_, content_, table_, part_);
            const auto row = rows_->next();
            if (!row.empty()) return row;
            if (part_ + 1 >= table_.parts) return {};
            ++part_;
            rows_.reset();
        }
    }

  private:
    StreamReader& streams_;
    const TableContent& content_;
    const DumpTable& table_;
    std::size_t part_ = 0;
    std::unique_ptr<RowSource> rows_;
};

}  // namespace

void TableRowsWriter::plan(std::vector<DumpTable>& tables, bool has_page_ranges) {
    units_ = plan_stored_units(tables, {.may_split = has_page_ranges});
    digests_.resize(tables.size());
    for (auto& table : tables) {
        table.format = table.is_binary_safe ? CopyFormat::binary : CopyFormat::text;
        estimate_ += static_cast<std::uint64_t>(table.estimate);
    }
    for (const auto& unit : units_) ++tables[unit.table].parts;
}

void TableRowsWriter::start(const std::vector<DumpTable>& tables) {
    for (const auto& unit : units_) {
        const auto& table = tables[unit.table];
        parts_.crew.add(load_urgency(table), [this, &table, &unit](std::size_t worker) {
            write(parts_.sources.of(worker), table, unit);
        });
    }
}

void TableRowsWriter::write(Connection& session, const DumpTable& table, const RowUnit& unit) {
    const auto stream =
        parts_.streams.open(fmt::format("table/{}/{}", unit.table + 1, unit.part + 1));
    RowGroupWriter groups(*stream, table.format);
    const auto source = open_rows(session, table, unit);
    RowDigest digest;
    std::uint64_t since = 0;
    for (auto row = source->next(); !row.empty(); row = source->next()) {
        digest.add(row);
        groups.add(row);
        if (++since < rows_at_once) continue;
        report(table.name, std::exchange(since, 0));
        if (parts_.crew.stop().stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
    }
    groups.finish();
    stream->finish();
    report(table.name, since);
    const std::scoped_lock lock(mutex_);
    digests_[unit.table].merge(digest);
}

std::vector<TableContent> TableRowsWriter::content(const std::vector<DumpTable>& tables) const {
    std::vector<TableContent> list;
    for (std::size_t i = 0; i < tables.size(); ++i) {
        TableContent content;
        content.schema = tables[i].schema;
        content.name = tables[i].name;
        content.columns = tables[i].columns;
        content.stream = fmt::format("table/{}", i + 1);
        content.rows = digests_[i].rows();
        content.digest = digests_[i].hex();
        list.push_back(std::move(content));
    }
    return list;
}

void TableRowsWriter::report(const std::string& table, std::uint64_t rows) {
    std::uint64_t done = 0;
    {
        const std::scoped_lock lock(mutex_);
        done = done_ += rows;
    }
    parts_.context.progress.on({.phase = "dump",
                                .item = table,
                                .done = done,
                                .total = std::max(done, estimate_),
                                .unit = ProgressUnit::rows});
}

std::string part_stream(const TableContent& content, const DumpTable& table, std::size_t part) {
    return table.parts == 0 ? content.stream : fmt::format("{}/{}", content.stream, part + 1);
}

std::unique_ptr<RowSource> open_stored_rows(StreamReader& streams, const TableContent& content,
                                            const DumpTable& table, std::size_t part) {
    auto stream = streams.open(part_stream(content, table, part));
    if (table.parts == 0) return std::make_unique<OwningRows<StreamRows>>(std::move(stream));
    return std::make_unique<OwningRows<RowGroupReader>>(std::move(stream), table.format);
}

std::unique_ptr<RowSource> open_stored_rows(StreamReader& streams, const TableContent& content,
                                            const DumpTable& table) {
    return std::make_unique<JoinedRows>(streams, content, table);
}

}  // namespace keel::postgres
