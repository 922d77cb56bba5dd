#include "engines/postgres/read_columns.hpp"

#include "engines/postgres/default_kind.hpp"
#include "engines/postgres/parse_tree.hpp"

namespace keel::postgres {
namespace {

std::string delete_action(std::string_view letter) {
    if (letter == "c") return "cascade";
    if (letter == "n") return "set null";
    if (letter == "d") return "set default";
    return "";
}

std::optional<ConstraintKind> kind_of(std::string_view contype) {
    if (contype == "CONSTR_PRIMARY") return ConstraintKind::primary_key;
    if (contype == "CONSTR_UNIQUE") return ConstraintKind::unique;
    if (contype == "CONSTR_FOREIGN") return ConstraintKind::foreign_key;
    if (contype == "CONSTR_CHECK") return ConstraintKind::check;
    if (contype == "CONSTR_EXCLUSION") return ConstraintKind::exclusion;
    return std::nullopt;
}

void read_serial(SqlColumn& column) {
    const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
        for (const auto name : names)
            if (column.type.name == name) return true;
        return false;
    };
    const auto be = [&](std::string_view type) {
        column.serial = true;
        column.not_null = true;
        column.type.name = type;
    };
    if (is_one_of({"serial", "serial4"})) be("int4");
    if (is_one_of({"bigserial", "serial8"})) be("int8");
    if (is_one_of({"smallserial", "serial2"})) be("int2");
}

void read_attribute(const Json& constraint, SqlColumn& column) {
    const std::string contype = text_of(constraint, "contype");
    const Json* expression = member(constraint, "raw_expr");
    if (contype == "CONSTR_NOTNULL") column.not_null = true;
    if (contype == "CONSTR_IDENTITY") column.identity = column.not_null = true;
    if (contype == "CONSTR_GENERATED") column.generated_stored = true;
    if (contype == "CONSTR_DEFAULT" && expression != nullptr) {
        auto judged = judge_default(*expression);
        column.default_kind = judged.kind;
        column.default_function = std::move(judged.function);
    }
}

}  // namespace

bool is_row_constraint(const Json& constraint) {
    return kind_of(text_of(constraint, "contype")).has_value();
}

SqlConstraint read_constraint(const Json& constraint) {
    SqlConstraint read;
    read.kind = kind_of(text_of(constraint, "contype")).value_or(ConstraintKind::check);
    read.name = text_of(constraint, "conname");
    read.offset = location_of(constraint);
    read.not_valid = flag_of(constraint, "skip_validation");
    read.using_index = text_of(constraint, "indexname");
    const bool is_reference = read.kind == ConstraintKind::foreign_key;
    read.columns = string_values(items(constraint, is_reference ? "fk_attrs" : "keys"));
    if (is_reference) {
        SqlReference reference;
        if (const Json* table = member(constraint, "pktable"))
            reference.table = relation_name(*table);
        reference.columns = string_values(items(constraint, "pk_attrs"));
        reference.on_delete = delete_action(text_of(constraint, "fk_del_action"));
        read.references = std::move(reference);
    }
    if (const Json* expression = member(constraint, "raw_expr")) {
        read.not_null = not_null_columns(*expression);
        walk(*expression, [&](std::string_view kind, const Json& body) {
            if (kind == "ColumnRef" && !items(body, "fields").empty())
                read.columns.push_back(string_value(items(body, "fields").back()));
        });
    }
    return read;
}

SqlColumn read_column(const Json& definition) {
    SqlColumn column;
    column.name = text_of(definition, "colname");
    column.offset = location_of(definition);
    if (const Json* type = member(definition, "typeName")) {
        column.type = type_of(*type);
        column.type_offset = location_of(*type);
    }
    read_serial(column);
    for (const auto& item : items(definition, "constraints")) {
        const Json* constraint = item.find("Constraint");
        if (constraint == nullptr) continue;
        read_attribute(*constraint, column);
        if (!is_row_constraint(*constraint)) continue;
        SqlConstraint own = read_constraint(*constraint);
        if (own.kind != ConstraintKind::check) own.columns = {column.name};
        if (own.kind == ConstraintKind::primary_key) column.not_null = true;
        column.constraints.push_back(std::move(own));
    }
    return column;
}

}  // namespace keel::postgres
