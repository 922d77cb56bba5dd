#include "generator_more.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "base/text.hpp"

namespace keel::test {
namespace {

class Rarer {
  public:
    explicit Rarer(const Choices& choices) : choices_(choices) {}
    std::string take() { return std::move(script_); }

    void postgres_types() {
        if (chance("rare.schema", 60)) {
            say("create schema rare");
            if (chance("rare.default", 50))
                say(fmt::format(
                    "alter default privileges in schema rare grant {} to public",
                    pick("rare.right", 2) == 0 ? "select on tables" : "usage on sequences"));
            if (chance("rare.comment", 50)) say("comment on schema rare is 'seldom used'");
        }
        if (chance("rare.extension", 40))
            say(fmt::format("create extension {}",
                            pick("rare.which", 2) == 0 ? "pg_trgm" : "citext"));
        if (chance("rare.pair", 60))
            say(fmt::format(
                "create type pair as ({})",
                one_of("rare.pair.of", {"a integer, b text", "a integer",
                                        "a integer, b text, c date", "b text, a bigint"})));
        if (chance("rare.span", 50))
            say(fmt::format("create type span as range (subtype = {})",
                            pick("rare.span.of", 2) == 0 ? "float8" : "integer"));
        if (chance("rare.collation", 40))
            say(fmt::format("create collation plainly (provider = libc, locale = '{}')",
                            pick("rare.collation.of", 2) == 0 ? "C" : "POSIX"));
        if (chance("rare.procedure", 50))
            say(fmt::format("create procedure clear_all({}) language plpgsql as $$ begin {} end $$",
                            pick("rare.procedure.with", 2) == 0 ? "" : "n integer",
                            one_of("rare.procedure.body", {"null;", "perform 1;", ""})));
        if (chance("rare.aggregate", 50))
            say(
                fmt::format("create aggregate total_of (integer) (sfunc = int4pl, stype = integer, "
                            "initcond = '{}')",
                            pick("rare.aggregate.from", 3)));
        if (chance("rare.cast", 40) && chance("rare.pair", 60))
            say(fmt::format("create cast (pair as text) with inout{}",
                            pick("rare.cast.as", 2) == 0 ? "" : " as assignment"));
        if (chance("rare.event", 30)) {
            say("create function noticed() returns event_trigger language plpgsql as $$ begin "
                "null; end $$");
            say(fmt::format("create event trigger noticing on {} execute function noticed()",
                            pick("rare.event.when", 2) == 0 ? "ddl_command_end" : "sql_drop"));
        }
    }

    void postgres_tables() {
        booking();
        measures();
        node();
        if (!chance("rare.derived", 50)) return;
        say("create table base (id integer, name text default 'x', check (id > 0))");
        say(fmt::format("create table derived (extra {}) inherits (base)",
                        pick("rare.derived.of", 2) == 0 ? "text" : "integer"));
    }

    void sqlite_tables() {
        if (chance("rare.strict", 60))
            say(fmt::format("create table tight (id integer primary key, name text, n {}{}){}",
                            pick("rare.strict.n", 2) == 0 ? "integer" : "real",
                            chance("rare.strict.more", 50) ? ", more any" : "",
                            chance("rare.strict.on", 60) ? " strict" : ""));
        if (chance("rare.rowid", 60))
            say(fmt::format("create table words (word text primary key, n integer{}){}",
                            chance("rare.rowid.check", 50) ? " check (n > 0)" : "",
                            chance("rare.rowid.off", 60) ? " without rowid" : ""));
        if (chance("rare.fts", 50))
            say(fmt::format("create virtual table notes using fts5 (title{})",
                            chance("rare.fts.body", 50) ? ", body" : ""));
        if (chance("rare.conflict", 50) && chance("rare.rowid", 60))
            say(fmt::format(
                "create table slots (a integer, b integer, c text, primary key ({}) on "
                "conflict {}, foreign key (c) references words (word){})",
                pick("rare.conflict.key", 2) == 0 ? "a, b" : "b, a",
                pick("rare.conflict.how", 2) == 0 ? "replace" : "abort",
                chance("rare.conflict.late", 50) ? " deferrable initially deferred" : ""));
        if (chance("rare.virtual column", 50))
            say(fmt::format(
                "create table sums (a integer, b integer, total integer generated "
                "always as (a + b) {}{})",
                pick("rare.stored", 2) == 0 ? "stored" : "virtual",
                chance("rare.sums.more", 50) ? ", \"group\" text not null default 'g'" : ""));
        if (chance("rare.instead", 50) && chance("rare.strict", 60)) {
            say(fmt::format("create view tightest as select id, name from tight where id > {}",
                            pick("rare.instead.limit", 3)));
            say("create trigger tightest_in instead of insert on tightest begin insert into tight "
                "(name) values (new.name); end");
        }
    }

  private:
    bool chance(const std::string& name, unsigned percent) const {
        return choices_.chance(name, percent);
    }
    unsigned pick(const std::string& name, unsigned count) const {
        return choices_.pick(name, count);
    }
    const char* one_of(const std::string& name, std::vector<const char*> values) const {
        return values[pick(name, static_cast<unsigned>(values.size()))];
    }
    void say(std::string text) { script_ += std::move(text) + ";\n"; }

    /// An exclusion constraint, keys that are checked late, comments on everything.
    void booking() {
        if (!chance("booking", 60)) return;
        say(fmt::format(
            "create {}table booking (id integer generated {} as identity{}, room integer{}, during "
            "int4range, note text{}{})",
            chance("booking.unlogged", 20) ? "unlogged " : "",
            pick("booking.identity", 2) == 0 ? "always" : "by default",
            one_of("booking.start", {"", " (start with 100)", " (increment by 5 cache 3)"}),
            chance("booking.key", 60) ? " constraint room_key unique deferrable" : "",
            chance("booking.alone", 50) ? ", exclude using gist (during with &&)" : "",
            chance("booking.check", 50)
                ? fmt::format(", constraint small check (room < {}) no inherit",
                              pick("booking.limit", 3) + 5)
                : ""));
        if (chance("booking.storage", 40))
            say(fmt::format("alter table booking alter note set storage {}",
                            pick("booking.stored", 2) == 0 ? "external" : "main"));
        if (chance("booking.filled", 30)) say("alter table booking set (fillfactor = 70)");
        if (chance("booking.replica", 30)) say("alter table booking replica identity full");
        if (chance("booking.statistics", 40))
            say(fmt::format("create statistics booked ({}) on id, room from booking",
                            pick("booking.kinds", 2) == 0 ? "ndistinct" : "dependencies"));
        if (chance("booking.rule", 30))
            say(fmt::format("create rule quiet as on delete to booking do {}",
                            pick("booking.instead", 2) == 0 ? "also select 1" : "instead nothing"));
        if (chance("booking.noted", 50))
            say(fmt::format("comment on column booking.note is 'note {}'",
                            pick("booking.words", 3)));
        if (chance("booking.told", 40) && chance("booking.check", 50))
            say("comment on constraint small on booking is 'few rooms'");
        if (chance("booking.index", 50)) {
            say(fmt::format("create index booking_rooms on booking using {} (room){}",
                            pick("booking.method", 2) == 0 ? "btree" : "hash",
                            chance("booking.partial", 40) ? " where note is not null" : ""));
            if (chance("booking.said", 40)) say("comment on index booking_rooms is 'by room'");
        }
        if (chance("booking.grants", 40))
            say(fmt::format(
                "grant {} on booking to public",
                one_of("booking.right", {"select (id, note)", "update (note)", "select, delete"})));
    }

    /// Partitions in lists and by hash, with indexes, keys and partitions of their own.
    void measures() {
        if (!chance("measures", 60)) return;
        const bool by_list = pick("measures.by", 2) == 0;
        say(
            fmt::format("create table measures (place integer not null, at date, value {}{}) "
                        "partition by {} (place)",
                        pick("measures.value", 2) == 0 ? "integer" : "numeric(8,2) default 0",
                        chance("measures.key", 50) ? ", primary key (place, at)" : "",
                        by_list ? "list" : "hash"));
        for (unsigned part = 0; part < 2; ++part) {
            if (!chance(fmt::format("measures.{}", part), 70)) continue;
            say(by_list ? fmt::format("create table measures_{0} partition of measures for values "
                                      "in ({0}, {1})",
                                      part, part + 10)
                        : fmt::format("create table measures_{0} partition of measures for values "
                                      "with (modulus 2, remainder {0})",
                                      part));
        }
        if (by_list && chance("measures.rest", 50))
            say("create table measures_rest partition of measures default");
        if (chance("measures.index", 50)) say("create index measures_at on measures (at desc)");
        if (chance("measures.comment", 40)) say("comment on table measures is 'all of them'");
    }

    /// References in a circle, one of them not checked yet; a trigger that is off.
    void node() {
        if (!chance("node", 60)) return;
        say("create table node (id integer primary key, next integer, other integer)");
        say("create table edge (id integer primary key, node integer references node on delete "
            "cascade)");
        if (chance("node.next", 60))
            say(
                fmt::format("alter table node add constraint to_next foreign key (next) references "
                            "node{}{}",
                            chance("node.deferred", 40) ? " deferrable initially deferred" : "",
                            chance("node.open", 30) ? " not valid" : ""));
        if (chance("node.other", 60))
            say("alter table node add constraint to_edge foreign key (other) references edge on "
                "delete set null");
        if (chance("node.trigger", 60)) {
            say("create trigger seldom after insert or update on node for each row execute "
                "function suppress_redundant_updates_trigger()");
            if (chance("node.off", 50)) say("alter table node disable trigger seldom");
        }
        if (chance("node.function", 50)) {
            say(
                fmt::format("create function is_last(n node) returns boolean language sql "
                            "immutable as $$ select n.next is {}null $$",
                            chance("node.not", 50) ? "not " : ""));
            say("create view last_nodes with (security_barrier) as select n.id, is_last(n.*) as "
                "last from node n");
            if (chance("node.told", 40)) say("comment on view last_nodes is 'where it ends'");
        }
        if (!chance("node.security", 50)) return;
        say("alter table node enable row level security");
        if (chance("node.forced", 40)) say("alter table node force row level security");
        say(fmt::format("create policy mine on node as {} for {} to public using (id > {})",
                        pick("node.kind", 2) == 0 ? "permissive" : "restrictive",
                        one_of("node.for", {"all", "select", "update"}), pick("node.limit", 3)));
    }

    const Choices& choices_;
    std::string script_;
};

}  // namespace

std::string generate_rarer_types(EngineKind engine, const Choices& choices) {
    Rarer rarer(choices);
    if (engine == EngineKind::postgres) rarer.postgres_types();
    return rarer.take();
}

std::string generate_rarer_tables(EngineKind engine, const Choices& choices) {
    Rarer rarer(choices);
    if (engine == EngineKind::postgres)
        rarer.postgres_tables();
    else
        rarer.sqlite_tables();
    return rarer.take();
}

}  // namespace keel::test
