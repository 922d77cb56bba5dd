#include "engines/sqlite/saved_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/admin.hpp"
#include "engines/sqlite/connection.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/dump.hpp"
#include "engines/sqlite/table_rebuild.hpp"

namespace keel::sqlite {
namespace {

constexpr std::uint64_t rows_between_looks = 8192;
constexpr std::size_t buffer_size = std::size_t{256} << 10;
constexpr std::size_t length_size = 4;

class StreamedTables final : public TableSource {
  public:
    explicit StreamedTables(const TableRestore& restore) : restore_(restore) {}

    SavedTable table(const TableContent& content) override {
        const auto& tables = restore_.content.tables;
        const auto& definitions = restore_.content.details.at("definitions").as_array();
        for (std::size_t i = 0; i < std::min(tables.size(), definitions.size()); ++i)
            if (tables[i].name == content.name)
                return saved_table_from_json(definitions[i], tables[i]);
        throw Error(ErrorKind::integrity,
                    fmt::format("the backup does not say how table '{}' is made", content.name));
    }
    std::unique_ptr<RowSource> rows(const SavedTable& table) override {
        return std::make_unique<RowStreamReader>(restore_.streams.open(table.content.stream));
    }

  private:
    const TableRestore& restore_;
};

/// A whole backup is restored beside the target, proven, and read.
class FileTables final : public TableSource {
  public:
    FileTables(const TableRestore& restore, const Context& context)
        : staged_(admin_, SqliteDumper().stage(restore.content, restore.streams,
                                               {.target = restore.target, .run_id = restore.run_id},
                                               context)),
          connection_(private_file((*staged_).url.path())) {}

    SavedTable table(const TableContent& content) override {
        auto found = read_saved_table(connection_, content.name);
        if (!found)
            throw Error(ErrorKind::unsupported,
                        fmt::format("'{}' cannot be restored by itself", content.name))
                .with_hint("restore the whole database, or into another environment with --to");
        found->content.rows = content.rows;
        return *std::move(found);
    }
    std::unique_ptr<RowSource> rows(const SavedTable& table) override {
        return open_rows(connection_, table.content);
    }

  private:
    SqliteAdmin admin_;
    Unpublished staged_;
    SqliteConnection connection_;
};

std::uint32_t length_at(std::string_view bytes) {
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < length_size; ++i)
        length |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return length;
}

}  // namespace

std::vector<std::string> SavedTable::part_names() const {
    std::vector<std::string> names;
    for (const auto& part : parts) names.push_back(part.type + " " + part.name);
    std::ranges::sort(names);
    return names;
}

std::optional<SavedTable> read_saved_table(Connection& connection, const std::string& name) {
    const std::array<Value, 1> params{name};
    SavedTable table;
    connection.query(
        "select s.name, s.sql from pragma_table_list l join sqlite_schema s on s.name = l.name and "
        "s.type = 'table' where l.schema = 'main' and l.type = 'table' and l.name = $1 "
        "collate nocase",
        params, [&](const Row& row) {
            table.content.name = row.string(0);
            table.sql = row.string(1);
        });
    if (table.sql.empty()) return std::nullopt;
    connection.query(
        "select type, name, sql from sqlite_schema where tbl_name = $1 collate nocase and type in "
        "('index', 'trigger') and sql is not null order by rowid",
        params, [&](const Row& row) {
            table.parts.push_back({row.string(0), row.string(1), row.string(2)});
        });
    table.content.columns = columns_with_values(connection, table.content.name);
    const bool has_marks = connection.query_integer(
                               "select count(*) from sqlite_schema where name = "
                               "'sqlite_sequence'") > 0;
    if (!has_marks) return table;
    connection.query("select seq from sqlite_sequence where name = $1", params,
                     [&](const Row& row) { table.mark = row.integer(0); });
    return table;
}

Json to_json(const SavedTable& table) {
    Json parts = Json::array();
    for (const auto& part : table.parts)
        parts.push_back(
            Json::object().set("type", part.type).set("name", part.name).set("sql", part.sql));
    Json json = Json::object().set("sql", table.sql).set("parts", std::move(parts));
    if (table.mark) json.set("mark", *table.mark);
    return json;
}

SavedTable saved_table_from_json(const Json& json, const TableContent& content) {
    SavedTable table{.content = content, .sql = json.at("sql").as_string(), .parts = {}};
    for (const auto& part : json.at("parts").as_array())
        table.parts.push_back(
            {part.at("type").as_string(), part.at("name").as_string(), part.at("sql").as_string()});
    if (const Json* mark = json.find("mark")) table.mark = mark->as_integer();
    return table;
}

std::unique_ptr<RowSource> open_rows(Connection& connection, const TableContent& content) {
    std::vector<std::string> names;
    for (const auto& column : content.columns) names.push_back(quote_name(column));
    CopySpec spec;
    spec.query = fmt::format("select {} from main.{}", join(names, ", "), quote_name(content.name));
    spec.format = CopyFormat::binary;
    return connection.copy_out(spec);
}

RowDigest move_rows(RowSource& rows, RowSink* sink, std::string_view table,
                    const Context& context) {
    RowDigest digest;
    for (auto row = rows.next(); !row.empty(); row = rows.next()) {
        digest.add(row);
        if (sink != nullptr) sink->put(row);
        if (digest.rows() % rows_between_looks != 0) continue;
        context.check_cancelled("moving rows");
        context.progress.on({.phase = "rows",
                             .item = table,
                             .done = digest.rows(),
                             .total = 0,
                             .unit = ProgressUnit::rows});
    }
    return digest;
}

void RowStreamWriter::put(std::span<const std::byte> row) {
    for (std::size_t i = 0; i < length_size; ++i)
        buffer_ += static_cast<char>((row.size() >> (8 * i)) & 0xff);
    buffer_ += as_text(row);
    ++rows_;
    if (buffer_.size() < buffer_size) return;
    sink_.write(as_bytes(buffer_));
    buffer_.clear();
}

std::uint64_t RowStreamWriter::finish() {
    if (!buffer_.empty()) sink_.write(as_bytes(buffer_));
    sink_.finish();
    return rows_;
}

bool RowStreamReader::fill(std::size_t wanted) {
    while (buffer_.size() - at_ < wanted) {
        buffer_.erase(0, at_);
        at_ = 0;
        const auto old_size = buffer_.size();
        buffer_.resize(old_size + std::max(wanted, buffer_size));
        const auto got =
            source_->read(std::as_writable_bytes(std::span(buffer_)).subspan(old_size));
        buffer_.resize(old_size + got);
        if (got == 0) break;
    }
    if (buffer_.size() - at_ >= wanted) return true;
    if (buffer_.size() == at_ && wanted == length_size) return false;
    throw Error(ErrorKind::integrity, "a stream of rows ends within a row");
}

std::span<const std::byte> RowStreamReader::next() {
    at_ += taken_;
    taken_ = 0;
    if (!fill(length_size)) return {};
    const std::size_t length = length_at(std::string_view(buffer_).substr(at_));
    at_ += length_size;
    fill(length);
    taken_ = length;
    return as_bytes(std::string_view(buffer_).substr(at_, length));
}

std::unique_ptr<TableSource> open_table_source(const TableRestore& restore,
                                               const Context& context) {
    if (is_of_tables(restore.content)) return std::make_unique<StreamedTables>(restore);
    return std::make_unique<FileTables>(restore, context);
}

}  // namespace keel::sqlite
