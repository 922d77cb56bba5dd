#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keel::sqlite {

/// A CREATE TABLE taken apart. Canonical texts have words in lower case and one blank between
/// tokens: equal where SQLite sees no difference.
struct TableText {
    struct Column {
        std::string name;        ///< as meant, without quotes
        std::string text;        ///< as written, name included
        std::string definition;  ///< canonical, what follows the name
    };
    std::vector<Column> columns;
    std::vector<std::string> constraints;  ///< canonical, of the table as a whole, sorted
    std::string options;                   ///< "strict", "without rowid", canonical
    std::size_t name_offset = 0;           ///< of the table's name in the text
    std::size_t name_length = 0;

    const Column* find(std::string_view name) const noexcept;
    /// Whether one column is the rowid itself.
    bool has_rowid_column() const;
    bool has_rowid() const { return options.find("without rowid") == std::string::npos; }
};

TableText read_table_text(std::string_view sql);

std::string canonical_sql(std::string_view sql);

/// The words and names of a text, in lower case and without quotes, each with a blank before and
/// after it: "has it the word x" is a search for " x ".
std::string words_of(std::string_view sql);
bool mentions(const std::string& words, std::string_view name);

}  // namespace keel::sqlite
