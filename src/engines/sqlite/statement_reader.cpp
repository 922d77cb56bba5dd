#include "engines/sqlite/statement_reader.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "engines/sqlite/features.hpp"
#include "engines/sqlite/read_columns.hpp"
#include "engines/sqlite/token_cursor.hpp"

namespace keel::sqlite {
namespace {

/// Every table named after FROM or JOIN.
std::vector<SqlName> tables_read(std::span<const Token> tokens) {
    std::vector<SqlName> names;
    for (std::size_t at = 0; at + 1 < tokens.size(); ++at) {
        if (!tokens[at].is("from") && !tokens[at].is("join")) continue;
        TokenCursor cursor(tokens.subspan(at + 1));
        if (cursor.is_symbol("(")) continue;
        SqlName name = cursor.qualified_name();
        if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
    return names;
}

class Reader {
  public:
    explicit Reader(std::span<const Token> tokens) : cursor_(tokens) {}

    SqlAction read() {
        action_.offset = cursor_.peek().offset;
        skip_with();
        if (cursor_.accept("create"))
            read_create();
        else if (cursor_.accept("drop"))
            read_drop();
        else if (cursor_.accept("alter", "table"))
            read_alter();
        else if (cursor_.accept("insert") || cursor_.accept("replace"))
            read_insert();
        else if (cursor_.accept("update"))
            read_update();
        else if (cursor_.accept("delete", "from"))
            read_delete();
        else if (cursor_.accept("pragma"))
            read_pragma();
        else
            read_plain();
        return std::move(action_);
    }

  private:
    /// WITH … before the statement itself: its parts are in parentheses.
    void skip_with() {
        if (!cursor_.accept("with")) return;
        while (!cursor_.at_end()) {
            if (cursor_.is("insert") || cursor_.is("update") || cursor_.is("delete") ||
                cursor_.is("select") || cursor_.is("replace"))
                return;
            if (cursor_.is_symbol("("))
                cursor_.parentheses();
            else
                cursor_.take();
        }
    }

    void read_create() {
        action_.temporary = cursor_.accept("temp") || cursor_.accept("temporary");
        action_.unique = cursor_.accept("unique");
        if (cursor_.accept("table")) return read_table();
        if (cursor_.accept("index")) return read_index();
        if (cursor_.accept("view")) return read_view();
        if (cursor_.accept("trigger")) return read_trigger();
    }

    void read_table() {
        action_.kind = ActionKind::create_table;
        action_.if_exists = cursor_.accept_if_exists();
        action_.offset = cursor_.peek().offset;
        action_.object = cursor_.qualified_name();
        if (cursor_.accept("as")) {
            action_.kind = ActionKind::create_table_as;
            action_.others = tables_read(cursor_.rest());
            return;
        }
        TokenCursor list(cursor_.parentheses());
        while (!list.at_end()) {
            const auto item = list.item();
            if (item.empty()) continue;
            if (is_table_constraint(item))
                action_.constraints.push_back(read_table_constraint(item));
            else
                action_.columns.push_back(read_column(item));
        }
        action_.strict = has_outside(cursor_.rest(), "strict");
        action_.without_rowid = has_outside(cursor_.rest(), "rowid");
    }

    void read_index() {
        action_.kind = ActionKind::create_index;
        action_.if_exists = cursor_.accept_if_exists();
        action_.name = cursor_.qualified_name().name;
        cursor_.accept("on");
        action_.object = cursor_.qualified_name();
        action_.keys = cursor_.names_in_parentheses();
        action_.partial = cursor_.is("where");
    }

    void read_view() {
        action_.kind = ActionKind::create_view;
        action_.if_exists = cursor_.accept_if_exists();
        action_.object = cursor_.qualified_name();
        action_.others = tables_read(cursor_.rest());
    }

    void read_trigger() {
        action_.kind = ActionKind::create_trigger;
        action_.if_exists = cursor_.accept_if_exists();
        action_.name = cursor_.qualified_name().name;
        while (!cursor_.at_end() && !cursor_.is("on")) cursor_.take();
        cursor_.accept("on");
        action_.object = cursor_.qualified_name();
        action_.others = tables_read(cursor_.rest());
    }

    void read_drop() {
        if (cursor_.accept("table"))
            action_.kind = ActionKind::drop_table;
        else if (cursor_.accept("index"))
            action_.kind = ActionKind::drop_index;
        else if (cursor_.accept("view"))
            action_.kind = ActionKind::drop_view;
        else if (cursor_.accept("trigger"))
            action_.kind = ActionKind::drop_trigger;
        action_.if_exists = cursor_.accept_if_exists();
        action_.offset = cursor_.peek().offset;
        action_.object = cursor_.qualified_name();
        action_.name = action_.object.name;
        if (action_.kind == ActionKind::drop_trigger || action_.kind == ActionKind::drop_index)
            action_.object = {};
    }

    void read_alter() {
        action_.kind = ActionKind::other_alter_table;
        action_.offset = cursor_.peek().offset;
        action_.object = cursor_.qualified_name();
        if (cursor_.accept("rename", "to")) {
            action_.kind = ActionKind::rename_table;
            action_.new_name = cursor_.name();
        } else if (cursor_.accept("rename")) {
            cursor_.accept("column");
            action_.kind = ActionKind::rename_column;
            action_.name = cursor_.name();
            cursor_.accept("to");
            action_.new_name = cursor_.name();
        } else if (cursor_.accept("drop") && !cursor_.is("constraint")) {
            cursor_.accept("column");
            action_.kind = ActionKind::drop_column;
            action_.name = cursor_.name();
        } else if (cursor_.accept("add") && !is_table_constraint(cursor_.rest())) {
            cursor_.accept("column");
            action_.kind = ActionKind::add_column;
            action_.columns.push_back(read_column(cursor_.rest()));
            action_.name = action_.columns.back().name;
            action_.offset = action_.columns.back().offset;
        }
    }

    void skip_or() {
        if (cursor_.accept("or")) cursor_.take();
    }

    void read_insert() {
        action_.kind = ActionKind::insert;
        skip_or();
        cursor_.accept("into");
        action_.object = cursor_.qualified_name();
        if (cursor_.accept("as")) cursor_.take();
        if (cursor_.is_symbol("(")) action_.keys = cursor_.names_in_parentheses();
        action_.others = tables_read(cursor_.rest());
        if (!cursor_.accept("select")) return;
        action_.select_star = cursor_.is_symbol("*");
    }

    void read_update() {
        action_.kind = ActionKind::update;
        skip_or();
        action_.offset = cursor_.peek().offset;
        action_.object = cursor_.qualified_name();
        action_.has_where = has_outside(cursor_.rest(), "where");
        while (!cursor_.at_end() && !cursor_.accept("set")) cursor_.take();
        while (!cursor_.at_end() && !cursor_.is("where")) {
            const auto item = cursor_.item();
            if (!item.empty()) action_.keys.push_back(folded_name(item[0]));
            if (has_outside(item, "where") || has_outside(item, "from")) break;
        }
    }

    void read_delete() {
        action_.kind = ActionKind::delete_rows;
        action_.offset = cursor_.peek().offset;
        action_.object = cursor_.qualified_name();
        action_.has_where = has_outside(cursor_.rest(), "where");
    }

    void read_pragma() {
        action_.kind = ActionKind::set_parameter;
        action_.name = cursor_.qualified_name().name;
        if (cursor_.accept_symbol("="))
            action_.new_name = cursor_.name();
        else if (cursor_.is_symbol("("))
            action_.new_name = TokenCursor(cursor_.parentheses()).name();
    }

    void read_plain() {
        using Plain = std::pair<std::string_view, ActionKind>;
        static constexpr std::array plain = std::to_array<Plain>({
            {"begin", ActionKind::begin},
            {"commit", ActionKind::commit},
            {"end", ActionKind::commit},
            {"rollback", ActionKind::rollback},
            {"savepoint", ActionKind::savepoint},
            {"release", ActionKind::savepoint},
            {"vacuum", ActionKind::vacuum},
            {"reindex", ActionKind::reindex},
            {"analyze", ActionKind::analyze},
            {"attach", ActionKind::attach_database},
            {"detach", ActionKind::attach_database},
            {"select", ActionKind::select},
            {"values", ActionKind::select},
        });
        for (const auto& [word, kind] : plain)
            if (cursor_.is(word)) action_.kind = kind;
        if (action_.kind == ActionKind::rollback && has_outside(cursor_.rest(), "to"))
            action_.kind = ActionKind::savepoint;
    }

    TokenCursor cursor_;
    SqlAction action_;
};

}  // namespace

ReadStatement SqliteStatementReader::read(std::string_view statement) const {
    ReadStatement read;
    try {
        const std::vector<Token> tokens = tokens_of(statement);
        if (tokens.empty()) return read;
        read.actions.push_back(Reader(tokens).read());
        read.features = find_features(tokens);
        for (const Token& token : tokens) {
            if (token.kind == TokenKind::quoted)
                read.quoted.push_back({unquote(token.text), token.offset});
        }
    } catch (const Error& error) {
        read.complaint = error.message();
    }
    return read;
}

}  // namespace keel::sqlite
