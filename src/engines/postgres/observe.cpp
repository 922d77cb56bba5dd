#include "engines/postgres/observe.hpp"

namespace keel::postgres {
namespace {

constexpr std::string_view locks_query = R"(
    select l.relation::pg_catalog.regclass::text, l.mode
    from pg_catalog.pg_locks l
    join pg_catalog.pg_class c on c.oid = l.relation
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where l.pid = pg_catalog.pg_backend_pid() and l.locktype = 'relation' and l.granted
      and c.relkind in ('r', 'p', 'm') and n.nspname <> 'keel'
      and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
    order by 1, 2)";

constexpr std::string_view storage_query = R"(
    select c.oid::pg_catalog.regclass::text, pg_catalog.pg_relation_filenode(c.oid)::text,
           coalesce(s.seq_tup_read, 0),
           coalesce(s.n_tup_ins + s.n_tup_upd + s.n_tup_del, 0)
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join pg_catalog.pg_stat_xact_all_tables s on s.relid = c.oid
    where c.relkind in ('r', 'm') and n.nspname <> 'keel'
      and n.nspname <> 'information_schema' and n.nspname !~ '^pg_')";

}  // namespace

Observation observe(Connection& connection) {
    Observation seen;
    connection.query(locks_query, {}, [&](const Row& row) {
        seen.locks.push_back({.relation = row.string(0), .mode = row.string(1)});
    });
    connection.query(storage_query, {}, [&](const Row& row) {
        const std::string table = row.string(0);
        seen.storage.emplace(table, row.string(1));
        if (row.integer(2) > 0) seen.rows_read.emplace(table, row.integer(2));
        if (row.integer(3) > 0) seen.rows_written.emplace(table, row.integer(3));
    });
    return seen;
}

}  // namespace keel::postgres
