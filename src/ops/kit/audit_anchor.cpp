#include "ops/kit/audit_anchor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "db/dialect.hpp"
#include "db/inspector.hpp"
#include "ops/kit/marker.hpp"

namespace keel {

namespace {

constexpr std::string_view key_prefix = "audit_head:";

AuditHead parse_anchor(std::string_view key, std::string_view value) {
    const auto colon = value.find(':');
    const auto sequence = parse_unsigned(value.substr(0, colon));
    if (colon == std::string_view::npos || !sequence) {
        throw Error(ErrorKind::integrity,
                    fmt::format("the database's '{}' is damaged: '{}'", key, value));
    }
    return {.log_id = std::string(key.substr(key_prefix.size())),
            .sequence = *sequence,
            .hash = std::string(value.substr(colon + 1))};
}

}  // namespace

void write_audit_anchor(Connection& connection, const Engine& engine, const AuditHead& head) {
    write_meta(connection, engine, fmt::format("{}{}", key_prefix, head.log_id),
               fmt::format("{}:{}", head.sequence, head.hash));
}

std::vector<AuditHead> read_audit_anchors(Connection& connection, const Engine& engine) {
    std::vector<AuditHead> anchors;
    if (!engine.inspector().has_internal_table(connection, "meta")) return anchors;
    const auto sql = fmt::format("select key, value from {} order by key",
                                 engine.dialect().internal_table("meta"));
    connection.query(sql, {}, [&](const Row& row) {
        if (!row.text(0).starts_with(key_prefix)) return;
        anchors.push_back(parse_anchor(row.text(0), row.text(1)));
    });
    return anchors;
}

std::optional<AuditHead> find_audit_anchor(const std::vector<AuditHead>& anchors,
                                           std::string_view log_id) {
    const auto found = std::ranges::find(anchors, log_id, &AuditHead::log_id);
    if (found == anchors.end()) return std::nullopt;
    return *found;
}

}  // namespace keel
