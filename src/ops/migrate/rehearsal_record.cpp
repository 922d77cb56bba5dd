#include "ops/migrate/rehearsal_record.hpp"

#include <system_error>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/json.hpp"

namespace keel {
namespace {

struct Entry {
    std::string environment;
    std::string kind;  ///< of the environment
    std::string at;
    RehearsedFile file;
};

std::filesystem::path record_file(OperationContext& context) {
    return context.project().state_directory() / "rehearsals.json";
}

Json to_json(const Entry& entry) {
    return Json::object()
        .set("environment", entry.environment)
        .set("kind", entry.kind)
        .set("at", entry.at)
        .set("checksum", entry.file.checksum)
        .set("schema_before", entry.file.schema_before)
        .set("schema_after", entry.file.schema_after);
}

Entry from_json(const Json& json) {
    return {.environment = json.string_or("environment", ""),
            .kind = json.string_or("kind", ""),
            .at = json.string_or("at", ""),
            .file = {.checksum = json.string_or("checksum", ""),
                     .schema_before = json.string_or("schema_before", ""),
                     .schema_after = json.string_or("schema_after", "")}};
}

bool counts_still(OperationContext& context, const Entry& entry) {
    try {
        const auto age = context.context().clock.now() - parse_utc(entry.at);
        return age < rehearsal_lifetime;
    } catch (const Error&) {
        return false;
    }
}

/// What is too old, or cannot be read, is left out: it is rehearsed again.
std::vector<Entry> read_entries(OperationContext& context) {
    std::vector<Entry> entries;
    std::error_code failure;
    const auto file = record_file(context);
    if (!std::filesystem::exists(file, failure)) return entries;
    try {
        const Json record = Json::parse(read_file(file));
        const Json* list = record.find("rehearsals");
        if (list == nullptr || !list->is_array()) return entries;
        for (const Json& json : list->as_array()) {
            auto entry = from_json(json);
            if (counts_still(context, entry)) entries.push_back(std::move(entry));
        }
    } catch (const Error&) {
        entries.clear();
    }
    return entries;
}

bool is_same(const Entry& left, const Entry& right) {
    return left.environment == right.environment && left.file.checksum == right.file.checksum &&
           left.file.schema_before == right.file.schema_before;
}

}  // namespace

void remember_rehearsed(OperationContext& context, const std::vector<RehearsedFile>& files) {
    auto entries = read_entries(context);
    for (const auto& file : files) {
        Entry entry{.environment = context.choice().name,
                    .kind = std::string(to_string(context.environment().kind)),
                    .at = format_utc(context.context().clock.now()),
                    .file = file};
        std::erase_if(entries, [&](const Entry& other) { return is_same(entry, other); });
        entries.push_back(std::move(entry));
    }
    Json list = Json::array();
    for (const auto& entry : entries) list.push_back(to_json(entry));
    create_directories_durably(context.project().state_directory());
    write_file_atomically(record_file(context),
                          Json::object().set("format", 1).set("rehearsals", list).dump());
}

std::vector<const Migration*> not_rehearsed(OperationContext& context,
                                            const std::vector<const Migration*>& migrations,
                                            const std::string& fingerprint) {
    const auto entries = read_entries(context);
    const auto& own = context.choice().name;
    const auto find = [&](const Migration& migration, const std::string& schema) -> const Entry* {
        for (const auto& entry : entries) {
            const bool counts_here = entry.environment == own || entry.kind == "staging";
            if (counts_here && entry.file.checksum == migration.checksum &&
                entry.file.schema_before == schema)
                return &entry;
        }
        return nullptr;
    };
    std::vector<const Migration*> missing;
    auto schema = fingerprint;
    for (const auto* migration : migrations) {
        if (migration->is_skipped) continue;
        const auto* entry = find(*migration, schema);
        if (entry == nullptr) {
            missing.push_back(migration);
            schema.clear();  // where it leads to is not known
        } else {
            schema = entry->file.schema_after;
        }
    }
    return missing;
}

}  // namespace keel
