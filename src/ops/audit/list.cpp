#include "ops/audit/list.hpp"

#include <fmt/format.h>

#include <deque>

#include "base/text.hpp"

namespace keel {

namespace {

constexpr std::int64_t default_limit = 50;

std::optional<TimePoint> earliest(const OptionValues& options, const Clock& clock) {
    const auto text = options.text("since");
    if (text.empty()) return std::nullopt;
    if (const auto ago = parse_duration(text)) return clock.now() - *ago;
    try {
        return parse_utc(text);
    } catch (const Error&) {
        throw Error(ErrorKind::usage,
                    fmt::format("--since '{}' is neither a time nor a duration", text))
            .with_hint("write it like 2026-11-20T07:00:00Z, or like 2d, 12h, 30min");
    }
}

std::size_t limit_of(const OptionValues& options) {
    const auto limit = options.integer("limit", default_limit);
    if (limit < 0) {
        throw Error(ErrorKind::usage, fmt::format("--limit {} is less than nothing", limit))
            .with_hint("0 shows all entries");
    }
    return static_cast<std::size_t>(limit);
}

struct Selection {
    std::deque<Json> entries;
    std::size_t skipped = 0;  ///< older than the limit allows
};

Selection select(const AuditLog& log, std::optional<TimePoint> since, std::size_t limit) {
    Selection selection;
    try {
        log.read([&](const Json& entry) {
            if (since && parse_utc(entry.string_or("at", "")) < *since) return;
            selection.entries.push_back(entry);
            if (limit == 0 || selection.entries.size() <= limit) return;
            selection.entries.pop_front();
            ++selection.skipped;
        });
    } catch (Error& error) {
        error.add_trail("read the audit log");
        error.set_hint("see where it is damaged with: keel audit verify");
        throw;
    }
    return selection;
}

std::string outcome_of(const Json& entry) {
    if (entry.string_or("event", "") != "outcome") return entry.string_or("event", "");
    if (entry.bool_or("ok", false)) return "done";
    return fmt::format("failed ({})", entry.integer_or("exit_code", 1));
}

/// Commands and names come from outside: nothing in them may move the cursor or hide a line.
std::string shown(const Json& entry, std::string_view key) {
    return escape_controls(entry.string_or(key, ""));
}

TextTable table_of(const std::deque<Json>& entries) {
    TextTable table{
        .header = {"seq", "time", "environment", "who", "operation", "outcome", "backup"},
        .rows = {},
        .right_aligned = {true}};
    for (const auto& entry : entries) {
        const auto host = shown(entry, "host");
        table.rows.push_back(
            {fmt::format("{}", entry.integer_or("seq", 0)), shown(entry, "at"),
             shown(entry, "environment"), shown(entry, "actor") + (host.empty() ? "" : "@" + host),
             shown(entry, "operation"), outcome_of(entry), shown(entry, "backup")});
    }
    return table;
}

}  // namespace

void list_audit(OperationContext& context, const OptionValues& options, Report& report) {
    const auto since = earliest(options, context.context().clock);
    const auto log = context.audit_log();
    const auto selection = select(log, since, limit_of(options));

    Json entries = Json::array();
    for (const auto& entry : selection.entries) entries.push_back(entry);
    report.result.set("entries", std::move(entries)).set("skipped", selection.skipped);
    if (selection.entries.empty()) {
        report.body.emplace_back(
            Paragraph{since ? "Nothing was changed since then." : "Nothing has been changed yet."});
        return;
    }
    report.body.emplace_back(table_of(selection.entries));
    if (selection.skipped > 0) {
        report.body.emplace_back(
            Paragraph{fmt::format("{}: keel audit list --limit 0",
                                  count_of(selection.skipped, "older entry", "older entries"))});
    }
}

}  // namespace keel
