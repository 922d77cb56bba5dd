#include "app/declared_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/declared_check.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "db/dialect.hpp"
#include "db/engine.hpp"

namespace keel {
namespace {

std::string postgres_type(const ColumnType& type) {
    using Kind = ColumnType::Kind;
    switch (type.kind) {
        case Kind::boolean:
            return "boolean";
        case Kind::small_integer:
            return "smallint";
        case Kind::integer:
            return "integer";
        case Kind::big_integer:
            return "bigint";
        case Kind::real:
            return "double precision";
        case Kind::numeric:
            return type.precision == 0 ? "numeric"
                                       : fmt::format("numeric({}, {})", type.precision, type.scale);
        case Kind::text:
            return type.length == 0 ? "text" : fmt::format("varchar({})", type.length);
        case Kind::bytes:
            return "bytea";
        case Kind::date:
            return "date";
        case Kind::timestamp:
            return "timestamptz";
        case Kind::uuid:
            return "uuid";
        case Kind::json:
            return "jsonb";
        case Kind::native:
            return type.postgres;
    }
    throw Error(ErrorKind::internal, "unknown type of column");
}

std::string sqlite_type(const ColumnType& type) {
    using Kind = ColumnType::Kind;
    switch (type.kind) {
        case Kind::boolean:
            return "boolean";
        case Kind::small_integer:
        case Kind::integer:
        case Kind::big_integer:
            return "integer";
        case Kind::real:
            return "real";
        case Kind::numeric:
        case Kind::text:
        case Kind::date:
            return postgres_type(type);
        case Kind::bytes:
            return "blob";
        case Kind::timestamp:
            return "timestamp";
        case Kind::uuid:
        case Kind::json:
            return "text";
        case Kind::native:
            return type.sqlite;
    }
    throw Error(ErrorKind::internal, "unknown type of column");
}

std::string_view action_words(ReferenceAction action) {
    switch (action) {
        case ReferenceAction::refuse:
            return "";
        case ReferenceAction::restrict:
            return "restrict";
        case ReferenceAction::cascade:
            return "cascade";
        case ReferenceAction::set_null:
            return "set null";
        case ReferenceAction::set_default:
            return "set default";
    }
    throw Error(ErrorKind::internal, "unknown action");
}

bool is_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               (c >= '0' && c <= '9');
    });
}

/// Letters and digits of the parts, as names that nobody gave are made.
std::string made_name(const std::string& table, const std::vector<std::string>& parts,
                      std::string_view ending) {
    std::string name = table;
    for (const auto& part : parts) {
        name += '_';
        for (const char c : part)
            if (is_word(std::string_view(&c, 1))) name += c;
    }
    return fmt::format("{}_{}", name, ending);
}

class Writer {
  public:
    Writer(const SchemaDeclaration& schema, const Engine& engine)
        : schema_(schema),
          dialect_(engine.dialect()),
          is_postgres_(engine.kind() == EngineKind::postgres) {}

    std::string run() {
        make_schemas();
        for (const auto& table : schema_.tables) make_table(table);
        for (const auto& table : schema_.tables) {
            for (const auto& key : table.foreign_keys)
                if (is_postgres_)
                    say(fmt::format("alter table {} add {}", name_of(table),
                                    foreign_key(table, key)));
            for (const auto& index : table.indexes) make_index(table, index);
        }
        for (const auto& statement : schema_.more)
            if (!text_of(statement).empty()) say(text_of(statement));
        return std::move(script_);
    }

  private:
    void say(const std::string& statement) { script_ += statement + ";\n"; }
    const std::string& text_of(const Expression& expression) const {
        return is_postgres_ ? expression.postgres : expression.sqlite;
    }
    std::string name_of(const TableDeclaration& table) const {
        return is_postgres_ ? dialect_.quote(table.schema, table.name) : dialect_.quote(table.name);
    }
    std::string list_of(const std::vector<std::string>& names) const {
        std::vector<std::string> quoted;
        for (const auto& name : names) quoted.push_back(dialect_.quote(name));
        return join(quoted, ", ");
    }

    void make_schemas() {
        std::set<std::string> schemas;
        for (const auto& table : schema_.tables)
            if (!table.schema.empty() && table.schema != "public") schemas.insert(table.schema);
        if (!is_postgres_) return;
        for (const auto& schema : schemas) say("create schema " + dialect_.quote(schema));
    }

    /// A default that is more than a literal stands in parentheses on SQLite.
    std::string default_clause(const Expression& value) const {
        const auto& text = text_of(value);
        const bool is_plain = text.starts_with('\'') || text.starts_with('(') ||
                              is_word(text.substr(text.starts_with('-') ? 1 : 0)) ||
                              text.find_first_not_of("+-.0123456789") == std::string::npos;
        if (is_postgres_ || is_plain) return " default " + text;
        return fmt::format(" default ({})", text);
    }

    std::string column(const TableDeclaration& table, const ColumnDeclaration& column) const {
        const auto name = dialect_.quote(column.name);
        if (column.identity && !is_postgres_) return name + " integer primary key";
        std::string text =
            name + ' ' + (is_postgres_ ? postgres_type(column.type) : sqlite_type(column.type));
        if (column.identity) text += " generated by default as identity";
        if (column.generated)
            text += fmt::format(" generated always as ({}) stored", text_of(*column.generated));
        if (column.default_value) text += default_clause(*column.default_value);
        const auto key = key_columns(table);
        const bool is_key = std::ranges::find(key, column.name) != key.end();
        if (!column.nullable || is_key) text += " not null";
        if (column.unique) text += " unique";
        if (column.check) text += fmt::format(" check ({})", text_of(*column.check));
        return text;
    }

    std::vector<std::string> items_of(const TableDeclaration& table) const {
        std::vector<std::string> items;
        bool has_key = false;
        for (const auto& declared : table.columns) {
            const auto hint =
                declared.renamed_from.empty()
                    ? std::string()
                    : fmt::format("-- keel:renamed-from {}\n  ", declared.renamed_from);
            items.push_back(hint + column(table, declared));
            has_key = has_key || (declared.identity && !is_postgres_);
        }
        const auto key = key_columns(table);
        if (!key.empty() && !has_key)
            items.push_back(fmt::format("primary key ({})", list_of(key)));
        for (const auto& unique : table.uniques)
            items.push_back(
                fmt::format("{}unique ({})", constraint(unique.name), list_of(unique.columns)));
        for (const auto& check : table.checks)
            items.push_back(
                fmt::format("{}check ({})", constraint(check.name), text_of(check.condition)));
        if (is_postgres_) return items;
        for (const auto& foreign : table.foreign_keys) items.push_back(foreign_key(table, foreign));
        return items;
    }

    std::string constraint(const std::string& name) const {
        return name.empty() ? "" : fmt::format("constraint {} ", dialect_.quote(name));
    }

    void make_table(const TableDeclaration& table) {
        const auto hint = table.renamed_from.empty()
                              ? std::string()
                              : " -- keel:renamed-from " + table.renamed_from;
        say(fmt::format("create table {} ({}\n  {}\n)", name_of(table), hint,
                        join(items_of(table), ",\n  ")));
    }

    std::string referred(const std::string& table) const {
        for (const auto& other : schema_.tables)
            if (other.name == table || other.schema + '.' + other.name == table)
                return name_of(other);
        return dialect_.quote(table);
    }

    std::string foreign_key(const TableDeclaration& table, const ForeignKey& key) const {
        const auto name = key.name.empty() ? made_name(table.name, key.columns, "fkey") : key.name;
        std::string text = fmt::format("{}foreign key ({}) references {}", constraint(name),
                                       list_of(key.columns), referred(key.table));
        if (!key.references.empty()) text += fmt::format(" ({})", list_of(key.references));
        if (const auto words = action_words(key.on_delete); !words.empty())
            text += fmt::format(" on delete {}", words);
        if (const auto words = action_words(key.on_update); !words.empty())
            text += fmt::format(" on update {}", words);
        if (key.deferred) text += " deferrable initially deferred";
        return text;
    }

    void make_index(const TableDeclaration& table, const IndexDeclaration& index) {
        std::vector<std::string> items, words;
        for (const auto& item : index.columns) {
            const auto& text = text_of(item);
            words.push_back(text);
            const bool is_column =
                std::ranges::find(table.columns, text, &ColumnDeclaration::name) !=
                table.columns.end();
            items.push_back(is_column ? dialect_.quote(text) : text);
        }
        const auto name = index.name.empty() ? made_name(table.name, words, "idx") : index.name;
        say(fmt::format("create {}index {} on {} ({}){}", index.unique ? "unique " : "",
                        dialect_.quote(name), name_of(table), join(items, ", "),
                        index.where ? " where " + text_of(*index.where) : ""));
    }

    const SchemaDeclaration& schema_;
    const Dialect& dialect_;
    bool is_postgres_;
    std::string script_;
};

class Models final : public DeclaredModels {
  public:
    explicit Models(SchemaDeclaration schema) : schema_(std::move(schema)) {}
    std::string script(const Engine& engine) const override {
        return declared_script(schema_, engine);
    }

  private:
    SchemaDeclaration schema_;
};

}  // namespace

std::string declared_script(const SchemaDeclaration& schema, const Engine& engine) {
    check_declaration(schema);
    return Writer(schema, engine).run();
}

std::unique_ptr<DeclaredModels> make_declared_models(SchemaDeclaration schema) {
    return std::make_unique<Models>(std::move(schema));
}

}  // namespace keel
