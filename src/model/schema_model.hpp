#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace keel {

/// No SQL that makes an object holds this character.
constexpr char statement_separator = '\x1f';

/// One thing that a schema consists of, as an engine's catalog tells it: a table, one of its
/// columns, a constraint, a comment. Two objects are the same when kind and name are, and equal
/// when their facts are.
struct SchemaObject {
    std::string kind;   ///< "table", "column", "foreign key" …
    std::string name;   ///< qualified, quoted as SQL wants it
    std::string owner;  ///< key of what it is a part of and goes with; empty: it stands alone
    std::map<std::string, std::string> facts;  ///< what is compared
    std::vector<std::string> depends;          ///< keys of what must be there before it
    std::string create;                        ///< SQL; `statement_separator` between statements
    std::string drop;
    /// Parts of it that SQL is made of, and that are not compared.
    std::map<std::string, std::string> details = {};

    std::string key() const { return kind + ':' + name; }
    /// Empty when there is no such fact.
    std::string fact(std::string_view which) const;
    std::string detail(std::string_view which) const;
};

/// All of a schema, by key.
struct SchemaModel {
    std::map<std::string, SchemaObject> objects;
    /// What is there besides, and that cannot be written as SQL here: "foreign table public.x".
    std::vector<std::string> not_carried = {};

    const SchemaObject* find(const std::string& key) const noexcept;
    void add(SchemaObject object);
};

enum class SchemaAction { create, change, drop };
std::string_view to_string(SchemaAction action) noexcept;

struct SchemaDifference {
    SchemaAction action = SchemaAction::create;
    std::string kind;
    std::string name;
    std::vector<std::string> changes = {};  ///< "type: integer, now bigint"
};

/// What makes `to` another schema than `from`: parts of what comes or goes whole are not named.
/// Sorted by name.
std::vector<SchemaDifference> differences(const SchemaModel& from, const SchemaModel& to);

}  // namespace keel
