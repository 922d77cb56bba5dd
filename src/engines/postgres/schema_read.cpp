#include "engines/postgres/schema_read.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/text.hpp"
#include "engines/postgres/catalog_session.hpp"
#include "engines/postgres/sql.hpp"

namespace keel::postgres {
namespace {

/// Where the system's catalogs have a thing: catalog, oid, column.
using Address = std::tuple<std::int64_t, std::int64_t, std::int64_t>;

Address address_at(const Row& row, std::size_t column) {
    return {row.integer(column), row.integer(column + 1), row.integer(column + 2)};
}

std::map<std::string, std::string> text_members(std::string_view json) {
    std::map<std::string, std::string> members;
    const Json object = Json::parse(json);
    for (const auto& [name, value] : object.as_object()) {
        if (value.is_string() && !value.as_string().empty())
            members.emplace(name, value.as_string());
        if (!value.is_string() && !value.is_null()) members.emplace(name, value.dump());
    }
    return members;
}

bool is_backed_by_index(const SchemaObject& object) {
    return object.kind == "index" || object.kind == "primary key" ||
           object.kind == "unique constraint";
}

class SchemaReader {
  public:
    SchemaReader(Connection& connection, SchemaScope scope)
        : connection_(connection), scope_(scope) {}

    SchemaModel read() {
        read_objects(sql::schema_relations);
        read_objects(sql::schema_others);
        read_edges();
        for (auto& [key, address] : owners_) model_.objects.at(key).owner = key_of(address);
        read_attached();
        for (const auto& [from, to] : edges_) add_edge(key_of(from), key_of(to));
        for (auto& [key, object] : model_.objects) add_edge(key, object.owner);
        add_edges_by_name();
        for (auto& [key, object] : model_.objects) tidy(object);
        connection_.query(in_scope(sql::schema_not_carried), {},
                          [&](const Row& row) { model_.not_carried.push_back(row.string(0)); });
        return std::move(model_);
    }

  private:
    /// Each query leaves Keel's schema out by this list of names.
    std::string in_scope(std::string_view query) const {
        if (scope_ == SchemaScope::users) return std::string(query);
        return replace_all(query, "('information_schema', 'keel')", "('information_schema')");
    }

    void read_objects(std::string_view query) {
        connection_.query(in_scope(query), {}, [&](const Row& row) {
            SchemaObject object;
            object.kind = row.string(3);
            object.name = row.string(4);
            object.facts = text_members(row.text(8));
            object.create = row.string(9);
            object.drop = row.string(10);
            object.details = text_members(row.text(11));
            const auto key = object.key();
            keys_.emplace(address_at(row, 0), key);
            if (row.integer(6) != 0) owners_.emplace_back(key, address_at(row, 5));
            model_.add(std::move(object));
        });
    }

    void read_edges() {
        connection_.query(sql::schema_edges, {}, [&](const Row& row) {
            if (row.boolean(6))
                aliases_.emplace(address_at(row, 0), address_at(row, 3));
            else
                edges_.emplace_back(address_at(row, 0), address_at(row, 3));
        });
    }

    void read_attached() {
        connection_.query(in_scope(sql::schema_attached), {}, [&](const Row& row) {
            SchemaObject object;
            object.owner = key_of(address_at(row, 0));
            object.kind = row.string(3);
            if (object.owner.empty() && object.kind != "default privilege") return;
            object.name = row.string(4);
            object.facts = text_members(row.text(5));
            object.create = row.string(6);
            object.drop = row.string(7);
            model_.add(std::move(object));
        });
    }

    /// The object at that address, or the one it is a part of; empty when it is none of the
    /// model's.
    std::string key_of(Address address) const {
        constexpr int longest_chain = 8;
        for (int step = 0; step < longest_chain; ++step) {
            if (const auto found = keys_.find(address); found != keys_.end()) return found->second;
            if (const auto alias = aliases_.find(address); alias != aliases_.end()) {
                address = alias->second;
                continue;
            }
            if (std::get<2>(address) == 0) return {};
            std::get<2>(address) = 0;
        }
        return {};
    }

    void add_edge(const std::string& from, const std::string& to) {
        if (from.empty() || to.empty() || from == to) return;
        // A sequence's owner is an object of its own: else default and sequence run in a circle.
        if (from.starts_with("sequence:") && to.starts_with("column:")) return;
        model_.objects.at(from).depends.push_back(to);
    }

    void add_edges_by_name() {
        for (const auto& [key, object] : model_.objects) {
            if (object.kind == "sequence owner") {
                const auto column = "column:" + object.fact("column");
                add_edge(key, model_.find(column) != nullptr ? column
                                                             : "table:" + object.detail("table"));
            }
            if (is_backed_by_index(object)) {
                for (const char* mark : {"cluster mark:", "replica identity:"}) {
                    const auto marked = mark + object.detail("table");
                    if (model_.find(marked) != nullptr) add_edge(marked, key);
                }
            }
        }
    }

    static void tidy(SchemaObject& object) {
        std::ranges::sort(object.depends);
        const auto rest = std::ranges::unique(object.depends);
        object.depends.erase(rest.begin(), rest.end());
    }

    Connection& connection_;
    SchemaScope scope_;
    SchemaModel model_;
    std::map<Address, std::string> keys_;
    std::map<Address, Address> aliases_;
    std::vector<std::pair<Address, Address>> edges_;
    std::vector<std::pair<std::string, Address>> owners_;
};

}  // namespace

SchemaModel read_schema(Connection& connection, SchemaScope scope) {
    CatalogSession session(connection);
    return SchemaReader(session.connection(), scope).read();
}

}  // namespace keel::postgres
