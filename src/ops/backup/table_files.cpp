#include "ops/backup/table_files.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "db/dialect.hpp"

namespace keel {

namespace {

constexpr std::size_t buffer_size = std::size_t{256} << 10;
constexpr std::uint64_t rows_between_looks = 4096;

std::string hex_text(const Blob& blob) {
    std::string text = "\\x";
    for (const std::byte byte : blob) text += fmt::format("{:02x}", std::to_integer<int>(byte));
    return text;
}

Json as_json(const Value& value) {
    struct Visitor {
        Json operator()(std::monostate) const { return {}; }
        Json operator()(bool flag) const { return flag; }
        Json operator()(std::int64_t number) const { return number; }
        Json operator()(double number) const { return number; }
        Json operator()(const std::string& text) const { return text; }
        Json operator()(const Blob& blob) const { return hex_text(blob); }
    };
    return std::visit(Visitor{}, value);
}

std::string as_text_field(const Row& row, std::size_t column) {
    const Value value = row.value(column);
    if (const auto* blob = std::get_if<Blob>(&value)) return hex_text(*blob);
    return row.string(column);
}

void append_field(std::string_view text, std::string& line) {
    const bool is_plain = !text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos;
    if (is_plain)
        line += text;
    else
        line += '"' + replace_all(text, "\"", "\"\"") + '"';
}

class TableFile {
  public:
    TableFile(RowForm form, const std::filesystem::path& file)
        : form_(form), file_(file, 0600, false) {}

    void add(const Row& row) {
        if (rows_++ == 0) names(row);
        switch (form_) {
            case RowForm::csv:
                add_csv(row);
                break;
            case RowForm::jsonl:
                add_json(row);
                break;
        }
        if (buffer_.size() >= buffer_size) flush();
    }
    /// For a table without rows, whose names nobody has told.
    void finish(const std::vector<std::string>& columns) {
        if (rows_ == 0 && form_ == RowForm::csv) {
            for (std::size_t i = 0; i < columns.size(); ++i) append(columns[i], i);
            buffer_ += "\r\n";
        }
        flush();
        file_.finish();
    }
    std::uint64_t rows() const noexcept { return rows_; }

  private:
    void append(std::string_view text, std::size_t column) {
        if (column > 0) buffer_ += ',';
        append_field(text, buffer_);
    }

    void names(const Row& row) {
        if (form_ != RowForm::csv) return;
        for (std::size_t i = 0; i < row.size(); ++i) append(row.name(i), i);
        buffer_ += "\r\n";
    }

    void add_csv(const Row& row) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (!row.is_null(i))
                append(as_text_field(row, i), i);
            else if (i > 0)
                buffer_ += ',';
        }
        buffer_ += "\r\n";
    }

    void add_json(const Row& row) {
        Json object = Json::object();
        for (std::size_t i = 0; i < row.size(); ++i) object.set(row.name(i), as_json(row.value(i)));
        buffer_ += object.dump() + '\n';
    }

    void flush() {
        file_.write(std::string_view(buffer_));
        buffer_.clear();
    }

    RowForm form_;
    AtomicFile file_;
    std::string buffer_;
    std::uint64_t rows_ = 0;
};

}  // namespace

std::string_view to_string(RowForm form) noexcept {
    switch (form) {
        case RowForm::csv:
            return "csv";
        case RowForm::jsonl:
            return "jsonl";
    }
    return {};
}

std::uint64_t write_table_file(const Engine& engine, Connection& connection,
                               const TableContent& table, RowForm form,
                               const std::filesystem::path& file, const Context& context) {
    TableFile target(form, file);
    const auto name = engine.dialect().quote(table.schema, table.name);
    connection.query("select * from " + name, {}, [&](const Row& row) {
        target.add(row);
        if (target.rows() % rows_between_looks != 0) return;
        context.check_cancelled("exporting");
        context.progress.on({.phase = "export",
                             .item = table.name,
                             .done = target.rows(),
                             .total = table.rows,
                             .unit = ProgressUnit::rows});
    });
    target.finish(table.columns);
    return target.rows();
}

}  // namespace keel
