#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/variables.hpp"

namespace keel {
namespace {

constexpr std::string_view blanks = " \t";

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

/// Walks over the text once. Positions are those of what is being read.
class DotenvParser {
  public:
    DotenvParser(std::string_view text, const std::string& file) : text_(text), file_(file) {
        static constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
        if (text_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
    }

    Dotenv run() {
        while (at_ < text_.size()) read_line();
        return std::move(entries_);
    }

  private:
    [[noreturn]] void fail(std::string_view problem, std::string_view hint, std::size_t offset) {
        const auto [line, column] = line_column(text_, offset);
        SourcePosition where;
        where.file = file_;
        where.line = line;
        where.column = column;
        throw Error(ErrorKind::config, std::string(problem)).with_hint(std::string(hint)).at(where);
    }

    char peek() const { return at_ < text_.size() ? text_[at_] : '\n'; }
    bool at_end_of_line() const { return peek() == '\n' || peek() == '\r'; }
    void skip_blanks() {
        while (at_ < text_.size() && blanks.find(text_[at_]) != std::string_view::npos) ++at_;
    }
    void skip_line() { at_ = std::min(text_.find('\n', at_), text_.size() - 1) + 1; }

    std::string_view read_name() {
        const auto start = at_;
        while (at_ < text_.size() && is_name_character(text_[at_])) ++at_;
        return text_.substr(start, at_ - start);
    }

    void read_line() {
        skip_blanks();
        if (at_end_of_line() || peek() == '#') return skip_line();
        const auto start = at_;
        auto name = read_name();
        skip_blanks();
        const bool is_export = name == "export" && peek() != '=';
        if (is_export) {
            name = read_name();
            skip_blanks();
            if (!name.empty() && at_end_of_line()) return skip_line();  // it sets nothing
        }
        if (name.empty() || peek() != '=')
            fail("a line of the .env file is not NAME=VALUE",
                 "write NAME=VALUE or NAME=\"VALUE\"; comments begin with '#'", start);
        ++at_;
        skip_blanks();
        auto entry = read_value();
        entry.where = {file_, line_of(start), 0, 0};
        entries_[std::string(name)] = std::move(entry);
    }

    DotenvEntry read_value() {
        if (peek() == '"' || peek() == '\'') return read_quoted(text_[at_]);
        const auto end = std::min(text_.find_first_of("\r\n", at_), text_.size());
        auto value = text_.substr(at_, end - at_);
        // A '#' begins a comment after a blank only: passwords hold it, too.
        for (auto hash = value.find('#'); hash != std::string_view::npos;
             hash = value.find('#', hash + 1)) {
            if (hash == 0 || blanks.find(value[hash - 1]) != std::string_view::npos) {
                value = value.substr(0, hash);
                break;
            }
        }
        DotenvEntry entry;
        entry.text = trim(value);
        at_ = end;
        skip_line();
        return entry;
    }

    DotenvEntry read_quoted(char quote) {
        const auto start = at_++;
        DotenvEntry entry;
        entry.is_literal = quote == '\'';
        while (at_ < text_.size() && text_[at_] != quote) {
            if (quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size())
                entry.text += unescape(++at_);
            else
                entry.text += text_[at_];
            ++at_;
        }
        if (at_ == text_.size())
            fail("a quote in the .env file is not closed", "close it, or write \\\" for a quote",
                 start);
        ++at_;
        skip_blanks();
        if (!at_end_of_line() && peek() != '#')
            fail("something follows a closing quote in the .env file",
                 "write \\\" for a quote inside double quotes", at_);
        skip_line();
        return entry;
    }

    std::string unescape(std::size_t offset) const {
        const char c = text_[offset];
        if (c == 'n') return "\n";
        if (c == 't') return "\t";
        if (c == 'r') return "\r";
        if (c == '$') return text_.substr(offset + 1).starts_with('{') ? "$$" : "$";
        if (c == '"' || c == '\\') return {c};
        return {'\\', c};
    }

    /// Line of an offset; asked with growing ones, so that the text is counted through once.
    int line_of(std::size_t offset) {
        for (; counted_ < offset; ++counted_) line_ += text_[counted_] == '\n';
        return line_;
    }

    std::string_view text_;
    std::string file_;
    std::size_t at_ = 0;
    std::size_t counted_ = 0;
    int line_ = 1;
    Dotenv entries_;
};

}  // namespace

Dotenv parse_dotenv(std::string_view text, const std::string& file) {
    return DotenvParser(text, file).run();
}

}  // namespace keel
