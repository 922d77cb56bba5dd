#include "ops/health/check.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace keel {

namespace {

CheckStatus status_of(Severity severity) {
    switch (severity) {
        case Severity::info:
            return CheckStatus::ok;
        case Severity::warning:
            return CheckStatus::warn;
        case Severity::error:
            return CheckStatus::fail;
    }
    return CheckStatus::unknown;
}

std::string with_place(const Diagnostic& diagnostic) {
    const auto& where = diagnostic.where;
    if (where.file.empty()) return diagnostic.message;
    if (where.line == 0) return fmt::format("{}: {}", where.file, diagnostic.message);
    return fmt::format("{}:{}:{}: {}", where.file, where.line, where.column, diagnostic.message);
}

}  // namespace

std::string_view to_string(CheckStatus status) noexcept {
    switch (status) {
        case CheckStatus::ok:
            return "ok";
        case CheckStatus::warn:
            return "warn";
        case CheckStatus::fail:
            return "fail";
        case CheckStatus::unknown:
            return "unknown";
        case CheckStatus::skipped:
            return "skipped";
    }
    return "";
}

Json to_json(const HealthCheck& check) {
    Json json = Json::object();
    json.set("name", check.name).set("status", to_string(check.status));
    json.set("value", check.value).set("warn", check.warn).set("fail", check.fail);
    json.set("message", check.message);
    const auto& fix = check.command.empty() ? check.fix : check.command;
    json.set("fix", fix.empty() ? Json() : Json(fix));
    return json;
}

void HealthChecks::add(const Diagnostic& diagnostic) {
    add(HealthCheck{.name = diagnostic.rule,
                    .status = status_of(diagnostic.severity),
                    .message = with_place(diagnostic),
                    .fix = diagnostic.hint});
}

void HealthChecks::ok(std::string name, std::string message, Json value) {
    add({.name = std::move(name),
         .status = CheckStatus::ok,
         .message = std::move(message),
         .value = std::move(value)});
}

void HealthChecks::skip(std::string name, std::string reason) {
    add({.name = std::move(name), .status = CheckStatus::skipped, .message = std::move(reason)});
}

void HealthChecks::attempt(std::string_view name, const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        add({.name = std::string(name),
             .status = CheckStatus::unknown,
             .message = error.message(),
             .fix = error.hint()});
    }
}

CheckStatus HealthChecks::worst() const noexcept {
    for (const auto status : {CheckStatus::fail, CheckStatus::warn, CheckStatus::unknown}) {
        if (count(status) > 0) return status;
    }
    return CheckStatus::ok;
}

int HealthChecks::count(CheckStatus status) const noexcept {
    return static_cast<int>(std::ranges::count(checks_, status, &HealthCheck::status));
}

}  // namespace keel
