#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "db/connection.hpp"
#include "model/statement.hpp"

namespace keel::postgres {

/// What a statement of pg_dump's post-data section does, as far as its place in a parallel build
/// depends on it.
enum class PostDataKind {
    setting,        ///< SET, or SELECT set_config
    index,          ///< CREATE INDEX on one table's own rows
    key,            ///< a primary key or unique constraint
    foreign_key,    ///< checked by pg_dump's text as a whole
    event_trigger,  ///< what makes, changes or remarks one
    other,
};

struct PostDataStatement {
    PostDataKind kind = PostDataKind::other;
    std::string_view text;   ///< as pg_dump wrote it
    std::string table;       ///< "schema"."name" of index, key and foreign_key
    std::string constraint;  ///< "name" of key and foreign_key
    std::string references;  ///< the other table of a foreign_key
    bool is_not_valid = false;
    std::string tablespace;  ///< the SET default_tablespace that holds for it
};

/// Pure; understands pg_dump's own way of writing, and calls everything else `other`, which is run
/// where it stands.
std::vector<PostDataStatement> classify_post_data(std::span<const Statement> statements);

/// How a key is built without locking its table: an index, made like any other, which becomes the
/// constraint's.
struct KeyIndex {
    std::string table;       ///< "schema"."name"
    std::string constraint;  ///< "name"
    std::string create;      ///< the CREATE UNIQUE INDEX
    std::string attach;      ///< the ALTER TABLE … ADD CONSTRAINT … USING INDEX
};
/// Of every key of a plain table, as the database that `connection` is on has it.
std::vector<KeyIndex> read_key_indexes(Connection& connection);

Json to_json(const std::vector<KeyIndex>& keys);
std::vector<KeyIndex> key_indexes_from_json(const Json& json);

}  // namespace keel::postgres
