#include "engines/postgres/default_kind.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "engines/postgres/parse_tree.hpp"

namespace keel::postgres {
namespace {

// Volatile functions of PostgreSQL 15 and of the extensions that it ships for keys.
constexpr std::array<std::string_view, 20> volatile_functions = {"clock_timestamp",
                                                                 "currval",
                                                                 "gen_random_bytes",
                                                                 "gen_random_uuid",
                                                                 "gen_salt",
                                                                 "lastval",
                                                                 "nextval",
                                                                 "pg_current_xact_id",
                                                                 "random",
                                                                 "random_normal",
                                                                 "setval",
                                                                 "timeofday",
                                                                 "txid_current",
                                                                 "uuid_generate_v1",
                                                                 "uuid_generate_v1mc",
                                                                 "uuid_generate_v3",
                                                                 "uuid_generate_v4",
                                                                 "uuid_generate_v5",
                                                                 "uuidv4",
                                                                 "uuidv7"};

// Those that defaults are made of besides: none of them is volatile.
constexpr std::array<std::string_view, 62> steady_functions = {"abs",
                                                               "array_fill",
                                                               "btrim",
                                                               "ceil",
                                                               "ceiling",
                                                               "concat",
                                                               "concat_ws",
                                                               "current_database",
                                                               "current_schema",
                                                               "current_setting",
                                                               "date_part",
                                                               "date_trunc",
                                                               "daterange",
                                                               "decode",
                                                               "digest",
                                                               "encode",
                                                               "extract",
                                                               "floor",
                                                               "format",
                                                               "inet_client_addr",
                                                               "initcap",
                                                               "int4range",
                                                               "int8range",
                                                               "json_build_array",
                                                               "json_build_object",
                                                               "jsonb_build_array",
                                                               "jsonb_build_object",
                                                               "left",
                                                               "length",
                                                               "lower",
                                                               "lpad",
                                                               "ltrim",
                                                               "make_date",
                                                               "make_interval",
                                                               "make_time",
                                                               "make_timestamp",
                                                               "make_timestamptz",
                                                               "md5",
                                                               "mod",
                                                               "now",
                                                               "numrange",
                                                               "pg_backend_pid",
                                                               "point",
                                                               "power",
                                                               "repeat",
                                                               "replace",
                                                               "right",
                                                               "round",
                                                               "rpad",
                                                               "rtrim",
                                                               "sqrt",
                                                               "statement_timestamp",
                                                               "string_to_array",
                                                               "substr",
                                                               "substring",
                                                               "timezone",
                                                               "to_char",
                                                               "to_date",
                                                               "to_timestamp",
                                                               "to_tsvector",
                                                               "transaction_timestamp",
                                                               "upper"};

template <typename List>
bool is_in(const List& list, std::string_view name) {
    return std::ranges::find(list, name) != list.end();
}

bool is_null_constant(const Json& expression) {
    auto [kind, body] = unwrap(expression);
    if (kind == "TypeCast") {
        const Json* inner = member(*body, "arg");
        return inner != nullptr && is_null_constant(*inner);
    }
    return kind == "A_Const" && flag_of(*body, "isnull");
}

}  // namespace

JudgedDefault judge_default(const Json& expression) {
    if (is_null_constant(expression)) return {DefaultKind::null, {}};
    JudgedDefault judged{DefaultKind::constant, {}};
    const auto worsen = [&](DefaultKind kind, std::string function) {
        const bool is_worse = judged.kind != DefaultKind::per_row &&
                              (kind != DefaultKind::stable || judged.kind == DefaultKind::constant);
        if (is_worse) judged = {kind, std::move(function)};
    };
    walk(expression, [&](std::string_view kind, const Json& body) {
        if (kind == "SQLValueFunction") return worsen(DefaultKind::stable, "");
        if (kind != "FuncCall") return;
        std::string name = qualified_name(items(body, "funcname")).name;
        if (is_in(volatile_functions, name)) return worsen(DefaultKind::per_row, std::move(name));
        if (is_in(steady_functions, name)) return worsen(DefaultKind::stable, std::move(name));
        worsen(DefaultKind::own_function, std::move(name));
    });
    return judged;
}

}  // namespace keel::postgres
