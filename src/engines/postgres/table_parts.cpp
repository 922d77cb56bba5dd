#include "engines/postgres/table_parts.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>

#include "engines/postgres/catalog_session.hpp"
#include "engines/postgres/schema_graph.hpp"

namespace keel::postgres {
namespace {

constexpr std::string_view named_tables = R"(
    select n.nspname, c.relname, 'table:' || c.oid::regclass::text
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and c.relpersistence <> 't'
      and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and not exists (
          select from pg_depend d
          where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    order by n.nspname collate "C", c.relname collate "C")";

constexpr std::string_view table_prefix = "table:";

std::string table_of(const SchemaModel& model, const SchemaObject& object) {
    const SchemaObject* whole = &object;
    while (!whole->owner.empty()) {
        const auto* owner = model.find(whole->owner);
        if (owner == nullptr) break;
        whole = owner;
    }
    return whole->kind == "table" ? whole->key() : std::string();
}

bool is_set_aside(const SchemaObject& object) {
    constexpr auto kinds = std::to_array<std::string_view>(
        {"foreign key", "trigger", "rule", "policy", "row security", "index"});
    return std::ranges::find(kinds, object.kind) != kinds.end();
}

bool is_easily_remade(const SchemaObject& object) {
    constexpr auto kinds = std::to_array<std::string_view>(
        {"comment", "cluster mark", "replica identity", "privilege"});
    return is_set_aside(object) || std::ranges::find(kinds, object.kind) != kinds.end();
}

/// The object with all that hangs on it; nothing when that is more than can be made again.
Keys with_dependents(const SchemaModel& model,
                     const std::multimap<std::string, std::string>& dependents,
                     const std::string& key) {
    Keys found = {key};
    std::deque<std::string> open = {key};
    while (!open.empty()) {
        const auto [begin, end] = dependents.equal_range(open.front());
        open.pop_front();
        for (auto entry = begin; entry != end; ++entry) {
            if (!found.insert(entry->second).second) continue;
            if (!is_easily_remade(model.objects.at(entry->second))) return {};
            open.push_back(entry->second);
        }
    }
    return found;
}

Json texts(const std::map<std::string, std::string>& members) {
    Json json = Json::object();
    for (const auto& [name, text] : members) json.set(name, text);
    return json;
}

std::map<std::string, std::string> texts_from(const Json& json) {
    std::map<std::string, std::string> members;
    for (const auto& [name, text] : json.as_object()) members.emplace(name, text.as_string());
    return members;
}

}  // namespace

std::vector<NamedTable> read_named_tables(Connection& connection) {
    std::vector<NamedTable> tables;
    CatalogSession session(connection);
    session.connection().query(named_tables, {}, [&](const Row& row) {
        tables.push_back({{row.string(0), row.string(1)}, row.string(2)});
    });
    return tables;
}

Keys with_partitions(const SchemaModel& model, Keys tables) {
    for (bool has_grown = true; has_grown;) {
        has_grown = false;
        for (const auto& [key, object] : model.objects) {
            if (object.kind != "table") continue;
            const auto parent = object.fact("partition of");
            if (parent.empty() || !tables.contains(std::string(table_prefix) + parent)) continue;
            has_grown |= tables.insert(key).second;
        }
    }
    return tables;
}

Keys parts_of(const SchemaModel& model, const Keys& tables) {
    Keys parts;
    for (const auto& key : tables)
        if (model.find(key) != nullptr) parts.insert(key);
    for (const auto& [key, object] : model.objects) {
        const bool owns_sequence =
            object.kind == "sequence owner" &&
            tables.contains(std::string(table_prefix) + object.detail("table"));
        if (owns_sequence) parts.insert(object.owner);
    }
    for (bool has_grown = true; has_grown;) {
        has_grown = false;
        for (const auto& [key, object] : model.objects)
            if (!object.owner.empty() && parts.contains(object.owner))
                has_grown |= parts.insert(key).second;
    }
    return parts;
}

Keys needs_of(const SchemaModel& model, const Keys& parts) {
    Keys needs;
    std::deque<std::string> open(parts.begin(), parts.end());
    while (!open.empty()) {
        const auto* object = model.find(open.front());
        open.pop_front();
        if (object == nullptr) continue;
        for (const auto& need : object->depends) {
            const auto* found = model.find(need);
            if (found == nullptr || parts.contains(need) || !table_of(model, *found).empty())
                continue;
            if (needs.insert(need).second) open.push_back(need);
        }
    }
    Keys owned = needs;
    for (const auto& [key, object] : model.objects)
        if (needs.contains(object.owner) && !parts.contains(key)) owned.insert(key);
    return owned;
}

Keys put_aside(const SchemaModel& model, const Keys& tables) {
    const auto dependents = dependents_of(model);
    Keys aside;
    for (const auto& [key, object] : model.objects) {
        if (!is_set_aside(object)) continue;
        const auto referenced = std::string(table_prefix) + object.detail("references");
        if (!tables.contains(table_of(model, object)) && !tables.contains(referenced)) continue;
        aside.merge(with_dependents(model, dependents, key));
    }
    return aside;
}

SchemaModel without(const SchemaModel& model, const Keys& keys) {
    SchemaModel rest = model;
    for (const auto& key : keys) rest.objects.erase(key);
    return rest;
}

SchemaModel only(const SchemaModel& model, const Keys& keys) {
    SchemaModel part;
    for (const auto& key : keys)
        if (const auto* object = model.find(key)) part.add(*object);
    return part;
}

Json to_json(const SchemaModel& model) {
    Json list = Json::array();
    for (const auto& [key, object] : model.objects)
        list.push_back(Json::object()
                           .set("kind", object.kind)
                           .set("name", object.name)
                           .set("owner", object.owner)
                           .set("facts", texts(object.facts))
                           .set("depends", Json::from(object.depends))
                           .set("create", object.create)
                           .set("drop", object.drop)
                           .set("details", texts(object.details)));
    return list;
}

SchemaModel schema_model_from_json(const Json& json) {
    SchemaModel model;
    for (const auto& item : json.as_array()) {
        SchemaObject object;
        object.kind = item.at("kind").as_string();
        object.name = item.at("name").as_string();
        object.owner = item.at("owner").as_string();
        object.facts = texts_from(item.at("facts"));
        for (const auto& need : item.at("depends").as_array())
            object.depends.push_back(need.as_string());
        object.create = item.at("create").as_string();
        object.drop = item.at("drop").as_string();
        object.details = texts_from(item.at("details"));
        model.add(std::move(object));
    }
    return model;
}

Json to_json(std::span<const NamedTable> tables) {
    Json list = Json::array();
    for (const auto& [table, key] : tables)
        list.push_back(
            Json::object().set("schema", table.schema).set("name", table.name).set("key", key));
    return list;
}

std::vector<NamedTable> named_tables_from_json(const Json& json) {
    std::vector<NamedTable> tables;
    for (const auto& item : json.as_array())
        tables.push_back({{item.at("schema").as_string(), item.at("name").as_string()},
                          item.at("key").as_string()});
    return tables;
}

}  // namespace keel::postgres
