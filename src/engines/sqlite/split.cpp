#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/tokenizer.hpp"

namespace keel::sqlite {
namespace {

/// Where a CREATE TRIGGER stands: its body is full of semicolons, and ends with "; END".
enum class TriggerState { none, explain, create, body, after_semicolon, after_end };

/// SQLite's own rule (sqlite3_complete): [EXPLAIN [QUERY PLAN]] CREATE [TEMP] TRIGGER … ; END ;
class TriggerWatch {
  public:
    /// Takes the next token of a statement. `first` says that it begins one.
    void see(const Token& token, bool first) {
        if (first)
            state_ = first_state(token);
        else
            advance(token);
    }
    bool is_open() const noexcept {
        return state_ == TriggerState::body || state_ == TriggerState::after_semicolon;
    }

  private:
    static TriggerState first_state(const Token& token) {
        if (token.is("explain")) return TriggerState::explain;
        return token.is("create") ? TriggerState::create : TriggerState::none;
    }
    void advance(const Token& token) {
        switch (state_) {
            case TriggerState::none:
                return;
            case TriggerState::explain:
                if (token.is("query") || token.is("plan")) return;
                state_ = first_state(token);
                return;
            case TriggerState::create:
                if (token.is("temp") || token.is("temporary")) return;
                state_ = token.is("trigger") ? TriggerState::body : TriggerState::none;
                return;
            case TriggerState::body:
            case TriggerState::after_end:
                state_ = token.kind == TokenKind::semicolon ? TriggerState::after_semicolon
                                                            : TriggerState::body;
                return;
            case TriggerState::after_semicolon:
                if (token.kind == TokenKind::semicolon) return;
                state_ = token.is("end") ? TriggerState::after_end : TriggerState::body;
                return;
        }
    }

    TriggerState state_ = TriggerState::none;
};

class Splitter {
  public:
    explicit Splitter(std::string_view script) : script_(script), tokens_(script) {}

    SplitResult run() {
        while (const auto token = tokens_.next()) take(*token);
        finish();
        return std::move(result_);
    }

  private:
    void take(const Token& token) {
        if (token.kind == TokenKind::semicolon && !trigger_.is_open()) return finish();
        if (count_ == 0) {
            if (token.kind == TokenKind::semicolon) return;
            begin(token);
        }
        trigger_.see(token, count_ == 0);
        if (is_copy_ && token.is("stdin")) refuse_copy();
        ++count_;
        end_ = token.end();
    }

    void begin(const Token& token) {
        begin_ = token.offset;
        line_ += static_cast<int>(
            std::count(script_.begin() + counted_, script_.begin() + offset(begin_), '\n'));
        counted_ = offset(begin_);
        is_copy_ = token.is("copy");
        if (token.text == "." && is_at_line_start(begin_)) refuse_command();
    }

    void finish() {
        if (count_ > 0) {
            Statement statement;
            statement.text = script_.substr(begin_, end_ - begin_);
            statement.offset = begin_;
            statement.line = line_;
            statement.number = static_cast<int>(result_.statements.size()) + 1;
            result_.statements.push_back(statement);
        }
        count_ = 0;
        is_copy_ = false;
        trigger_ = {};
    }

    static std::ptrdiff_t offset(std::size_t position) noexcept {
        return static_cast<std::ptrdiff_t>(position);
    }
    bool is_at_line_start(std::size_t position) const noexcept {
        return position == 0 || script_[position - 1] == '\n';
    }
    SourcePosition here() const {
        SourcePosition where;
        where.line = line_;
        where.column = line_column(script_, begin_).column;
        where.statement = static_cast<int>(result_.statements.size()) + 1;
        return where;
    }
    [[noreturn]] void refuse_command() const {
        const auto line = script_.substr(begin_, script_.find_first_of(" \t\r\n", begin_) - begin_);
        throw Error(
            ErrorKind::invalid_input,
            fmt::format("'{}' is a command of the sqlite3 shell, not SQL", escape_controls(line)))
            .with_hint("remove the line, or write what it does as SQL")
            .at(here());
    }
    [[noreturn]] void refuse_copy() const {
        throw Error(ErrorKind::invalid_input, "SQLite has no COPY … FROM stdin")
            .with_hint("write the rows as insert statements, or mark the section engine:postgres")
            .at(here());
    }

    std::string_view script_;
    Tokenizer tokens_;
    TriggerWatch trigger_;
    SplitResult result_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t count_ = 0;  ///< tokens of the statement so far
    std::ptrdiff_t counted_ = 0;
    int line_ = 1;
    bool is_copy_ = false;
};

}  // namespace

SplitResult SqliteDialect::split(std::string_view script) const {
    return Splitter(script).run();
}

}  // namespace keel::sqlite
