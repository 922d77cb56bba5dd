#include "generator.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "base/text.hpp"
#include "generator_more.hpp"

namespace keel::test {
namespace {

std::uint64_t mix(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15ULL;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

std::uint64_t hash(std::uint64_t seed, std::string_view name) {
    std::uint64_t value = mix(seed);
    for (const char c : name) value = mix(value ^ static_cast<unsigned char>(c));
    return value;
}

constexpr unsigned table_count = 5;
constexpr auto column_names = std::to_array<std::string_view>({"a", "b", "c", "d", "Odd \"one\""});

struct Type {
    std::string_view name;
    std::string_view value;  ///< a default
    bool is_number = false;
};

constexpr auto postgres_types = std::to_array<Type>({{"integer", "7", true},
                                                     {"bigint", "8", true},
                                                     {"numeric(8,2)", "1.5", true},
                                                     {"numeric(10,4)", "2", true},
                                                     {"text", "'x;y'"},
                                                     {"varchar(20)", "'it''s'"},
                                                     {"varchar(9)", "''"},
                                                     {"boolean", "false"},
                                                     {"date", "current_date"},
                                                     {"timestamptz", "now()"},
                                                     {"mood", "'ok'"},
                                                     {"amount", "5"},
                                                     {"text[]", "'{}'"},
                                                     {"jsonb", "'{\"a\": 1}'"},
                                                     {"uuid", "gen_random_uuid()"}});
constexpr auto sqlite_types = std::to_array<Type>({{"integer", "7", true},
                                                   {"text", "'x;y'"},
                                                   {"real", "1.5", true},
                                                   {"numeric", "2", true},
                                                   {"blob", "x'00'"},
                                                   {"varchar(20)", "'it''s'"},
                                                   {"date", "current_timestamp"}});

class Generator {
  public:
    Generator(EngineKind engine, const Choices& choices)
        : engine_(engine), is_postgres_(engine == EngineKind::postgres), choices_(choices) {}

    std::string run() {
        script_ += generate_rarer_types(engine_, choices_);
        if (is_postgres_) make_types();
        for (unsigned number = 0; number < table_count; ++number) make_table(number);
        for (unsigned number = 0; number < table_count; ++number) make_parts(number);
        make_views();
        if (is_postgres_) make_partitions();
        script_ += generate_rarer_tables(engine_, choices_);
        return std::move(script_);
    }

  private:
    bool chance(const std::string& name, unsigned percent) const {
        return choices_.chance(name, percent);
    }
    unsigned pick(const std::string& name, std::size_t count) const {
        return choices_.pick(name, static_cast<unsigned>(count));
    }
    void say(std::string text) { script_ += std::move(text) + ";\n"; }

    static std::string quoted(std::string_view name) {
        return '"' + replace_all(std::string(name), "\"", "\"\"") + '"';
    }

    bool has_table(unsigned number) const { return chance(fmt::format("t{}", number), 80); }
    bool has_column(unsigned number, std::string_view column) const {
        return chance(fmt::format("t{}.{}", number, column), 65);
    }
    std::string table(unsigned number) const {
        const bool elsewhere = is_postgres_ && number >= 3;
        return fmt::format("{}t{}", elsewhere ? "other." : "", number);
    }
    Type type_of(unsigned number, std::string_view column) const {
        const auto key = fmt::format("t{}.{}.type", number, column);
        return is_postgres_ ? postgres_types[pick(key, postgres_types.size())]
                            : sqlite_types[pick(key, sqlite_types.size())];
    }
    std::vector<std::string_view> columns_of(unsigned number) const {
        std::vector<std::string_view> columns;
        for (const auto column : column_names)
            if (has_column(number, column)) columns.push_back(column);
        return columns;
    }

    void make_types() {
        say("create schema other");
        constexpr auto labels = std::to_array<std::string_view>(
            {"'sad', 'ok'", "'sad', 'meh', 'ok'", "'ok', 'great'", "'great', 'sad', 'ok', 'new'"});
        say(fmt::format("create type mood as enum ({})", labels[pick("mood", labels.size())]));
        constexpr auto domains = std::to_array<std::string_view>(
            {"integer check (value > 0)", "integer default 3 check (value > 0) check (value < 99)",
             "bigint", "integer not null"});
        say(fmt::format("create domain amount as {}", domains[pick("amount", domains.size())]));
        for (const char* name : {"first", "second"}) {
            const std::string key = fmt::format("function.{}", name);
            if (!chance(key, 70)) continue;
            const auto body = pick(key + ".body", 3);
            say(fmt::format(
                "create function other.{}({} integer{}) returns {} language {} "
                "immutable as $$ {} $$",
                name, body == 1 ? "m" : "n", chance(key + ".default", 40) ? " default 4" : "",
                chance(key + ".big", 40) ? "bigint" : "integer", body == 2 ? "plpgsql" : "sql",
                body == 2 ? "begin return n + 1; end" : "select $1 + 1"));
        }
        say("create function touch() returns trigger language plpgsql as $$ begin return new; end "
            "$$");
        if (chance("sequence", 60))
            say(fmt::format("create sequence numbers increment by {}",
                            pick("sequence.step", 3) + 1));
    }

    std::string column(unsigned number, std::string_view name) const {
        const auto key = fmt::format("t{}.{}", number, name);
        const auto type = type_of(number, name);
        std::string text = fmt::format("{} {}", quoted(name), type.name);
        if (chance(key + ".default", 50)) text += fmt::format(" default {}", type.value);
        if (chance(key + ".not null", 40)) text += " not null";
        if (!is_postgres_ && chance(key + ".unique", 15)) text += " unique";
        if (type.is_number && chance(key + ".check", 25))
            text += fmt::format(" check ({} {} 0)", quoted(name),
                                chance(key + ".sign", 50) ? ">" : ">=");
        if (type.name == "text" && chance(key + ".collate", 25))
            text += is_postgres_ ? " collate \"C\"" : " collate nocase";
        return text;
    }

    std::string identity(unsigned number) const {
        const auto kind = pick(fmt::format("t{}.id", number), is_postgres_ ? 4U : 2U);
        if (!is_postgres_)
            return kind == 0 ? "integer primary key" : "integer primary key autoincrement";
        constexpr auto kinds = std::to_array<std::string_view>(
            {"bigint primary key", "integer primary key",
             "bigint generated by default as identity primary key", "serial primary key"});
        return std::string(kinds[kind]);
    }

    void make_table(unsigned number) {
        if (!has_table(number)) return;
        const auto key = fmt::format("t{}", number);
        std::vector<std::string> items = {fmt::format("id {}", identity(number))};
        for (const auto name : columns_of(number)) items.push_back(column(number, name));
        const auto columns = columns_of(number);
        if (columns.size() >= 2 && chance(key + ".unique", 30))
            items.push_back(fmt::format("constraint {}_once unique ({}, {})", key,
                                        quoted(columns[0]), quoted(columns[1])));
        const auto parent = number == 0 ? 0 : pick(key + ".parent", number);
        const bool refers = number > 0 && has_table(parent) && chance(key + ".refers", 60);
        if (refers) {
            items.insert(items.begin() + 1, "parent bigint");
            items.push_back(fmt::format(
                "constraint {}_parent foreign key (parent) references {} (id){}", key,
                table(parent), chance(key + ".cascade", 40) ? " on delete cascade" : ""));
        }
        if (is_postgres_ && chance(key + ".generated", 20))
            items.push_back("twice bigint generated always as (id * 2) stored");
        const bool strict_like = !is_postgres_ && chance(key + ".generated", 20);
        if (strict_like) items.insert(items.begin() + 1, "twice integer as (id * 2)");
        say(fmt::format("create table {} (\n  {}\n)", table(number), join(items, ",\n  ")));
    }

    void make_index(unsigned number, std::string_view name) {
        const auto key = fmt::format("t{}.{}.index", number, name);
        const auto type = type_of(number, name).name;
        if (!chance(key, 40) || type == "jsonb") return;
        const bool is_text = type == "text" || type.starts_with("varchar");
        const auto column = is_text && chance(key + ".lower", 40)
                                ? fmt::format("lower({})", quoted(name))
                                : quoted(name);
        say(fmt::format("create {}index {} on {} ({}{}){}",
                        chance(key + ".unique", 20) ? "unique " : "",
                        quoted(fmt::format("i_{}_{}", number, name)), table(number), column,
                        chance(key + ".desc", 30) ? " desc" : "",
                        chance(key + ".partial", 30) ? " where id > 3" : ""));
    }

    void make_parts(unsigned number) {
        if (!has_table(number)) return;
        const auto key = fmt::format("t{}", number);
        for (const auto name : columns_of(number)) make_index(number, name);
        if (chance(key + ".trigger", 40)) {
            const auto when = chance(key + ".insert", 50) ? "insert" : "update";
            say(is_postgres_
                    ? fmt::format("create trigger {0}_touch before {1} on {2} for each row execute "
                                  "function touch()",
                                  key, when, table(number))
                    : fmt::format("create trigger {0}_touch after {1} on {2} begin delete from {2} "
                                  "where id = new.id + {3}; end",
                                  key, when, table(number), pick(key + ".step", 3)));
        }
        if (!is_postgres_) return;
        if (chance(key + ".comment", 40))
            say(fmt::format("comment on table {} is 'it''s {}'", table(number),
                            pick(key + ".words", 3)));
        if (chance(key + ".grant", 30))
            say(fmt::format("grant {} on {} to public",
                            chance(key + ".insert too", 50) ? "select, insert" : "select",
                            table(number)));
        if (!chance(key + ".policy", 25)) return;
        say(fmt::format("alter table {} enable row level security", table(number)));
        say(fmt::format("create policy own on {} using (id > {})", table(number),
                        pick(key + ".limit", 3)));
    }

    void make_view(unsigned number) {
        const auto key = fmt::format("v{}", number);
        if (!chance(key, 60) || !has_table(number)) return;
        std::vector<std::string> columns = {"id"};
        for (const auto name : columns_of(number))
            if (chance(fmt::format("{}.{}", key, name), 50)) columns.push_back(quoted(name));
        const bool is_stored = is_postgres_ && chance(key + ".stored", 30);
        say(fmt::format("create {}view {} as select {} from {} where id > {}",
                        is_stored ? "materialized " : "", key, join(columns, ", "), table(number),
                        pick(key + ".limit", 3)));
        if (chance(key + ".upper", 50))
            say(fmt::format("create view upper_{0} as select * from {0} where id < 100", key));
        if (is_stored) say(fmt::format("create unique index {0}_id on {0} (id)", key));
    }
    void make_views() {
        for (unsigned number = 0; number < 3; ++number) make_view(number);
    }

    void make_partitions() {
        if (!chance("parts", 60)) return;
        say(fmt::format("create table parts (at date not null, n {}) partition by range (at)",
                        chance("parts.big", 50) ? "bigint default 1" : "integer"));
        say(
            fmt::format("create table parts_old partition of parts for values from (minvalue) to "
                        "('202{}-01-01')",
                        pick("parts.bound", 3)));
        if (chance("parts.new", 60))
            say("create table parts_new partition of parts for values from ('2026-01-01') to "
                "(maxvalue)");
        if (chance("parts.index", 50)) say("create index parts_n on parts (n)");
    }

    EngineKind engine_;
    bool is_postgres_;
    const Choices& choices_;
    std::string script_;
};

}  // namespace

unsigned Choices::pick(std::string_view name, unsigned count) const {
    const bool from_other = hash(seed_ * 31 + other_, name) % 100 < percent_;
    return static_cast<unsigned>(hash(from_other ? other_ : seed_, name) / 128 % count);
}

bool Choices::chance(std::string_view name, unsigned percent) const {
    return pick(name, 100) < percent;
}

std::string generate_schema(EngineKind engine, const Choices& choices) {
    return Generator(engine, choices).run();
}

}  // namespace keel::test
