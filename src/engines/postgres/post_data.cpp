#include "engines/postgres/post_data.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "engines/postgres/catalog_session.hpp"
#include "engines/postgres/keywords.hpp"
#include "engines/postgres/lexer.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/sql.hpp"

namespace keel::postgres {
namespace {

/// Reads a statement from its front, token by token.
class Reader {
  public:
    explicit Reader(std::string_view text) : lexer_(text), token_(lexer_.next()) {}

    bool accept(std::string_view word) {
        if (token_.kind != TokenKind::word || to_lower(token_.text) != word) return false;
        advance();
        return true;
    }
    bool accept_symbol(char symbol) {
        if (token_.kind != TokenKind::symbol || token_.text.front() != symbol) return false;
        advance();
        return true;
    }
    /// "name", quoted; empty when there is none.
    std::string identifier() {
        std::string name;
        if (token_.kind == TokenKind::word) name = quote_identifier(to_lower(token_.text));
        if (token_.kind == TokenKind::quoted_word) name = token_.text;
        if (!name.empty()) advance();
        return name;
    }
    /// "schema"."name": pg_dump always writes both.
    std::string qualified() {
        const auto schema = identifier();
        if (schema.empty() || !accept_symbol('.')) return {};
        const auto name = identifier();
        return name.empty() ? name : schema + "." + name;
    }
    /// Passes over a list in parentheses.
    void skip_list() {
        if (!accept_symbol('(')) return;
        for (int depth = 1; depth > 0 && token_.kind != TokenKind::end; advance()) {
            if (token_.kind != TokenKind::symbol) continue;
            if (token_.text.front() == '(') ++depth;
            if (token_.text.front() == ')') --depth;
        }
    }

  private:
    void advance() { token_ = lexer_.next(); }

    Lexer lexer_;
    Token token_;
};

/// Whether it is CREATE [UNIQUE] INDEX name ON table, without ONLY, which makes an empty one for a
/// partitioned table.
bool read_index(Reader reader, PostDataStatement& statement) {
    if (!reader.accept("create")) return false;
    reader.accept("unique");
    if (!reader.accept("index") || reader.identifier().empty() || !reader.accept("on"))
        return false;
    if (reader.accept("only")) return false;
    statement.table = reader.qualified();
    return !statement.table.empty();
}

/// What ALTER TABLE … ADD CONSTRAINT adds.
PostDataKind read_constraint(Reader reader, PostDataStatement& statement) {
    if (!reader.accept("alter") || !reader.accept("table")) return PostDataKind::other;
    reader.accept("only");
    statement.table = reader.qualified();
    if (statement.table.empty() || !reader.accept("add") || !reader.accept("constraint"))
        return PostDataKind::other;
    statement.constraint = reader.identifier();
    if (reader.accept("unique")) return PostDataKind::key;
    if (reader.accept("primary")) return PostDataKind::key;
    if (!reader.accept("foreign") || !reader.accept("key")) return PostDataKind::other;
    reader.skip_list();
    if (!reader.accept("references")) return PostDataKind::other;
    statement.references = reader.qualified();
    return PostDataKind::foreign_key;
}

bool is_event_trigger(std::string_view text) {
    Reader reader(text);
    if (reader.accept("comment") && !reader.accept("on")) return false;
    if (!reader.accept("create")) reader.accept("alter");
    return reader.accept("event") && reader.accept("trigger");
}

bool is_setting(std::string_view text) {
    Reader reader(text);
    if (reader.accept("set")) return true;
    return reader.accept("select") && reader.accept("pg_catalog") && reader.accept_symbol('.') &&
           reader.accept("set_config");
}

PostDataStatement classify(std::string_view text) {
    PostDataStatement statement;
    statement.text = text;
    if (is_setting(text)) {
        statement.kind = PostDataKind::setting;
    } else if (is_event_trigger(text)) {
        statement.kind = PostDataKind::event_trigger;
    } else if (read_index(Reader(text), statement)) {
        statement.kind = PostDataKind::index;
    } else {
        statement.kind = read_constraint(Reader(text), statement);
    }
    // One that is not enforced cannot be validated.
    statement.is_not_valid = statement.kind == PostDataKind::foreign_key &&
                             (text.ends_with(" NOT VALID") || text.ends_with(" NOT ENFORCED"));
    return statement;
}

}  // namespace

std::vector<PostDataStatement> classify_post_data(std::span<const Statement> statements) {
    std::vector<PostDataStatement> classified;
    std::string tablespace;
    for (const auto& statement : statements) {
        auto item = classify(statement.text);
        if (item.kind == PostDataKind::setting &&
            starts_with_ignore_case(statement.text, "set default_tablespace"))
            tablespace = statement.text;
        item.tablespace = tablespace;
        classified.push_back(std::move(item));
    }
    return classified;
}

std::vector<KeyIndex> read_key_indexes(Connection& connection) {
    std::vector<KeyIndex> keys;
    CatalogSession session(connection);
    session.connection().query(sql::key_indexes, {}, [&](const Row& row) {
        KeyIndex key;
        key.table = quote_name(row.text(0), row.text(1));
        key.constraint = quote_identifier(row.text(2));
        key.create = row.string(3);
        key.attach = fmt::format("alter table only {} add constraint {} {}", key.table,
                                 key.constraint, row.text(4));
        keys.push_back(std::move(key));
    });
    return keys;
}

Json to_json(const std::vector<KeyIndex>& keys) {
    Json list = Json::array();
    for (const auto& key : keys) {
        Json item = Json::object();
        item.set("table", key.table).set("constraint", key.constraint);
        item.set("create", key.create).set("attach", key.attach);
        list.push_back(std::move(item));
    }
    return list;
}

std::vector<KeyIndex> key_indexes_from_json(const Json& json) {
    std::vector<KeyIndex> keys;
    for (const auto& item : json.as_array())
        keys.push_back({.table = item.at("table").as_string(),
                        .constraint = item.at("constraint").as_string(),
                        .create = item.at("create").as_string(),
                        .attach = item.at("attach").as_string()});
    return keys;
}

}  // namespace keel::postgres
