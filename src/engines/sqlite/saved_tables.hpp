#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/context.hpp"
#include "base/digest.hpp"
#include "db/connection.hpp"
#include "db/table_archive.hpp"
#include "db/unpublished.hpp"

namespace keel::sqlite {

/// A table as SQLite's schema tells it.
struct SavedTable {
    struct Part {
        std::string type;  ///< "index" or "trigger"
        std::string name;
        std::string sql;
    };
    TableContent content;
    std::string sql;
    std::vector<Part> parts;
    std::optional<std::int64_t> mark{};  ///< of AUTOINCREMENT

    /// Names of its parts, sorted.
    std::vector<std::string> part_names() const;
};

/// Nothing when there is no plain table of that name.
std::optional<SavedTable> read_saved_table(Connection& connection, const std::string& name);

Json to_json(const SavedTable& table);
SavedTable saved_table_from_json(const Json& json, const TableContent& content);

/// All rows of the table, each with its rowid where nothing else keeps it.
std::unique_ptr<RowSource> open_rows(Connection& connection, const TableContent& content);

/// Moves rows, digesting them; `sink` may be null.
RowDigest move_rows(RowSource& rows, RowSink* sink, std::string_view table, const Context& context);

/// Rows in a stream of their own: each with its length before it, in four little-endian bytes.
class RowStreamWriter final : public RowSink {
  public:
    explicit RowStreamWriter(ByteSink& sink) : sink_(sink) {}
    void put(std::span<const std::byte> row) override;
    std::uint64_t finish() override;

  private:
    ByteSink& sink_;
    std::string buffer_;
    std::uint64_t rows_ = 0;
};

/// Throws ErrorKind::integrity for a stream that ends within a row.
class RowStreamReader final : public RowSource {
  public:
    explicit RowStreamReader(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}
    std::span<const std::byte> next() override;

  private:
    bool fill(std::size_t wanted);

    std::unique_ptr<ByteSource> source_;
    std::string buffer_;
    std::size_t at_ = 0;
    std::size_t taken_ = 0;  ///< by the row given last
};

/// The tables of a backup and their rows, whatever kind of backup it is.
class TableSource {
  public:
    virtual ~TableSource() = default;
    /// Throws ErrorKind::unsupported for what is no plain table.
    virtual SavedTable table(const TableContent& content) = 0;
    virtual std::unique_ptr<RowSource> rows(const SavedTable& table) = 0;
};
std::unique_ptr<TableSource> open_table_source(const TableRestore& restore, const Context& context);

}  // namespace keel::sqlite
