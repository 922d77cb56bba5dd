#include "ops/backup/describe.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "db/dumper.hpp"
#include "model/manifest_scope.hpp"

namespace keel {

std::vector<TableContent> user_tables(OperationContext& context, const DumpContent& content) {
    return user_tables(context.engine_for(content.engine).dialect(), content.tables);
}

std::uint64_t bytes_raw(const Manifest& manifest) noexcept {
    std::uint64_t bytes = 0;
    for (const StoredStream& stream : manifest.streams) bytes += stream.raw_bytes;
    return bytes;
}

Json backup_json(const Backup& backup) {
    const Manifest& manifest = backup.manifest;
    const Verification* proof = backup.proof();
    const auto known = [&](Json value) { return backup.is_readable() ? std::move(value) : Json(); };
    Json json = Json::object();
    json.set("id", backup.id);
    json.set("created_at", known(format_utc(manifest.created_at)));
    json.set("environment", known(manifest.environment));
    json.set("engine", known(to_string(manifest.content.engine)));
    json.set("label", known(manifest.label));
    json.set("bytes_source", known(manifest.bytes_source));
    json.set("bytes_stored", known(manifest.bytes_stored()));
    json.set("state", state_name(backup));
    json.set("verified_at", proof ? Json(format_utc(proof->at)) : Json());
    json.set("verified_how", proof ? Json(proof->how) : Json());
    const bool is_drilled = proof && proof->how == "restored";
    json.set("recovery_ms", is_drilled ? Json(proof->duration_ms) : Json());
    json.set("scope", known(is_of_tables(manifest.content) ? "tables" : "database"));
    json.set("reason", known(manifest.reason));
    json.set("bytes_new", known(manifest.bytes_new));
    json.set("pinned", backup.is_pinned);
    return json;
}

std::string time_text(TimePoint time) {
    // 2026-11-20T07:15:03.123Z
    const std::string text = format_utc(time);
    return fmt::format("{} {}", text.substr(0, 10), text.substr(11, 8));
}

std::string_view state_name(const Backup& backup) {
    if (backup.state == BackupState::damaged) return "damaged";
    const Verification* proof = backup.proof();
    return proof && proof->how == "restored" ? "verified" : "complete";
}

std::string state_text(const Backup& backup) {
    if (backup.is_closed) return "closed to this key";
    switch (backup.state) {
        case BackupState::complete:
            return "complete";
        case BackupState::verified:
            return state_name(backup) == "verified" ? "verified by a restore"
                                                    : "complete, read back";
        case BackupState::damaged:
            return "damaged";
    }
    return "damaged";
}

std::string proof_text(const Backup& backup) {
    const Verification* proof = backup.proof();
    if (!proof) return "never";
    const std::string when = time_text(proof->at);
    if (proof->how == "restored")
        return fmt::format("restored in {}, {}",
                           format_duration(std::chrono::milliseconds(proof->duration_ms)), when);
    return fmt::format("{}, {}", proof->how == "sample" ? "a sample read" : "read", when);
}

void report_problems(const Listing& listing, Report& report) {
    for (const std::string& problem : listing.problems) report.warnings.push_back(problem);
    if (!listing.problems.empty()) report.next_steps.emplace_back("keel recover --dry-run");
}

}  // namespace keel
