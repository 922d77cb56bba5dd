#include "render/json.hpp"

#include "render/sqlstate.hpp"

namespace keel {

namespace {

constexpr int schema_version = 1;

Json text_or_null(const std::string& text) {
    return text.empty() ? Json() : Json(text);
}
Json number_or_null(int number) {
    return number > 0 ? Json(number) : Json();
}

Json where_json(const SourcePosition& where) {
    if (!where.is_known()) return {};
    return Json::object()
        .set("file", text_or_null(where.file))
        .set("line", number_or_null(where.line))
        .set("column", number_or_null(where.column))
        .set("statement", number_or_null(where.statement));
}

Json sqlstate_json(const std::optional<SqlDetail>& sql) {
    return sql && is_sqlstate(sql->state) ? Json(sql->state) : Json();
}

Json error_json(const Error& error) {
    return Json::object()
        .set("kind", to_string(error.kind()))
        .set("message", error.message())
        .set("hint", text_or_null(error.hint()))
        .set("where", where_json(error.where()))
        .set("sqlstate", sqlstate_json(error.sql()))
        .set("trail", Json::from(error.trail()));
}

Json diagnostics_json(const std::vector<Diagnostic>& diagnostics) {
    Json list = Json::array();
    for (const Diagnostic& diagnostic : diagnostics) {
        list.push_back(Json::object()
                           .set("severity", to_string(diagnostic.severity))
                           .set("rule", text_or_null(diagnostic.rule))
                           .set("message", diagnostic.message)
                           .set("hint", text_or_null(diagnostic.hint))
                           .set("where", where_json(diagnostic.where)));
    }
    return list;
}

}  // namespace

Json render_json(const Report& report) {
    Json json = Json::object()
                    .set("schema", schema_version)
                    .set("ok", report.ok())
                    .set("command", report.command)
                    .set("environment", text_or_null(report.environment))
                    .set("engine", text_or_null(report.engine))
                    .set("protected", report.is_protected)
                    .set("duration_ms", report.duration.count());
    if (report.error) {
        json.set("exit_code", report.exit_status());
        json.set("error", error_json(*report.error));
    }
    json.set("result", report.result);
    if (!report.diagnostics.empty()) {
        json.set("diagnostics", diagnostics_json(report.diagnostics));
    }
    json.set("warnings", Json::from(report.warnings));
    json.set("next_steps", Json::from(report.next_steps));
    return json;
}

}  // namespace keel
