#include "model/manifest.hpp"

#include <fmt/format.h>

#include <limits>

#include "base/error.hpp"

namespace keel {
namespace {

constexpr std::int64_t oldest_format = 2;
constexpr std::int64_t format_of_groups = 3;  ///< and the newest

/// Strings of a database are bytes; JSON holds UTF-8 only. Names that are not UTF-8 cannot be in a
/// manifest, so what comes back is what went in.
Json table_to_json(const TableContent& table) {
    return Json::object()
        .set("schema", table.schema)
        .set("name", table.name)
        .set("rows", table.rows)
        .set("digest", table.digest)
        .set("stream", table.stream)
        .set("columns", Json::from(table.columns));
}

Json content_to_json(const DumpContent& content) {
    Json tables = Json::array();
    for (const TableContent& table : content.tables) tables.push_back(table_to_json(table));
    return Json::object()
        .set("engine", to_string(content.engine))
        .set("server_version", content.server_version)
        .set("tool_version", content.tool_version)
        .set("schema_fingerprint", content.schema_fingerprint)
        .set("tables", std::move(tables))
        .set("details", content.details);
}

Json stream_to_json(const StoredStream& stream) {
    return Json::object()
        .set("name", stream.name)
        .set("raw_bytes", stream.raw_bytes)
        .set("digest", stream.digest)
        .set("stored_bytes", stream.stored_bytes);
}

Json pack_to_json(const PackUse& pack) {
    return Json::array({pack.run, pack.number, pack.bytes});
}

std::uint64_t unsigned_at(const Json& json, std::string_view key) {
    const std::int64_t value = json.at(key).as_integer();
    if (value < 0) throw Error(ErrorKind::invalid_input, fmt::format("'{}' is negative", key));
    return static_cast<std::uint64_t>(value);
}

std::string string_at(const Json& json, std::string_view key) {
    return json.at(key).as_string();
}

TableContent table_from_json(const Json& json) {
    TableContent table{.schema = string_at(json, "schema"),
                       .name = string_at(json, "name"),
                       .rows = unsigned_at(json, "rows"),
                       .digest = string_at(json, "digest"),
                       .stream = string_at(json, "stream")};
    for (const Json& column : json.at("columns").as_array()) {
        table.columns.push_back(column.as_string());
    }
    return table;
}

EngineKind engine_from(const std::string& name) {
    for (const EngineKind kind : {EngineKind::sqlite, EngineKind::postgres}) {
        if (name == to_string(kind)) return kind;
    }
    throw Error(ErrorKind::invalid_input, fmt::format("'{}' is no engine", name));
}

DumpContent content_from_json(const Json& json) {
    DumpContent content;
    content.engine = engine_from(string_at(json, "engine"));
    content.server_version = string_at(json, "server_version");
    content.tool_version = string_at(json, "tool_version");
    content.schema_fingerprint = string_at(json, "schema_fingerprint");
    for (const Json& table : json.at("tables").as_array()) {
        content.tables.push_back(table_from_json(table));
    }
    content.details = json.at("details");
    return content;
}

StoredStream stream_from_json(const Json& json) {
    return {.name = string_at(json, "name"),
            .raw_bytes = unsigned_at(json, "raw_bytes"),
            .digest = string_at(json, "digest"),
            .stored_bytes = unsigned_at(json, "stored_bytes")};
}

PackUse pack_from_json(const Json& json) {
    const Json::Array& parts = json.as_array();
    if (parts.size() != 3) throw Error(ErrorKind::invalid_input, "a pack is not three values");
    const std::int64_t number = parts[1].as_integer();
    const std::int64_t bytes = parts[2].as_integer();
    if (number < 0 || number > std::numeric_limits<std::uint32_t>::max() || bytes < 0)
        throw Error(ErrorKind::invalid_input, "a pack's number is out of range");
    return {.run = parts[0].as_string(),
            .number = static_cast<std::uint32_t>(number),
            .bytes = static_cast<std::uint64_t>(bytes)};
}

/// Rows that are stored in row groups want a reader that knows these; all else is as it was.
std::int64_t format_of(const DumpContent& content) {
    const Json* tables =
        content.engine == EngineKind::postgres ? content.details.find("tables") : nullptr;
    if (!tables) return oldest_format;
    for (const Json& table : tables->as_array())
        if (table.integer_or("parts", 0) > 0) return format_of_groups;
    return oldest_format;
}

Manifest read_manifest(const Json& json) {
    Manifest manifest;
    manifest.format = static_cast<int>(json.at("format").as_integer());
    manifest.id = string_at(json, "id");
    manifest.sequence = unsigned_at(json, "sequence");
    manifest.previous_digest = string_at(json, "previous_digest");
    manifest.created_at = parse_utc(string_at(json, "created_at"));
    manifest.project = string_at(json, "project");
    manifest.environment = string_at(json, "environment");
    manifest.database = string_at(json, "database");
    manifest.instance_id = string_at(json, "instance_id");
    manifest.label = string_at(json, "label");
    manifest.note = string_at(json, "note");
    manifest.reason = string_at(json, "reason");
    manifest.keel_version = string_at(json, "keel_version");
    manifest.bytes_source = unsigned_at(json, "bytes_source");
    manifest.duration_ms = json.at("duration_ms").as_integer();
    manifest.content = content_from_json(json.at("content"));
    for (const Json& stream : json.at("streams").as_array()) {
        manifest.streams.push_back(stream_from_json(stream));
    }
    for (const Json& pack : json.at("packs").as_array()) {
        manifest.packs.push_back(pack_from_json(pack));
    }
    manifest.index_bytes = unsigned_at(json, "index_bytes");
    manifest.index_digest = string_at(json, "index_digest");
    manifest.bytes_new = unsigned_at(json, "bytes_new");
    if (manifest.sequence == 0) throw Error(ErrorKind::invalid_input, "'sequence' is 0");
    return manifest;
}

}  // namespace

std::uint64_t Manifest::bytes_stored() const noexcept {
    std::uint64_t bytes = index_bytes;
    for (const StoredStream& stream : streams) bytes += stream.stored_bytes;
    return bytes;
}

Json to_json(const Manifest& manifest) {
    Json streams = Json::array();
    for (const StoredStream& stream : manifest.streams) streams.push_back(stream_to_json(stream));
    Json packs = Json::array();
    for (const PackUse& pack : manifest.packs) packs.push_back(pack_to_json(pack));
    return Json::object()
        .set("format", format_of(manifest.content))
        .set("id", manifest.id)
        .set("sequence", manifest.sequence)
        .set("previous_digest", manifest.previous_digest)
        .set("created_at", format_utc(manifest.created_at))
        .set("project", manifest.project)
        .set("environment", manifest.environment)
        .set("database", manifest.database)
        .set("instance_id", manifest.instance_id)
        .set("label", manifest.label)
        .set("note", manifest.note)
        .set("reason", manifest.reason)
        .set("keel_version", manifest.keel_version)
        .set("bytes_source", manifest.bytes_source)
        .set("duration_ms", manifest.duration_ms)
        .set("content", content_to_json(manifest.content))
        .set("streams", std::move(streams))
        .set("packs", std::move(packs))
        .set("index_bytes", manifest.index_bytes)
        .set("index_digest", manifest.index_digest)
        .set("bytes_new", manifest.bytes_new);
}

Manifest manifest_from_json(const Json& json) {
    try {
        const std::int64_t format = json.at("format").as_integer();
        if (format < oldest_format || format > format_of_groups) {
            throw Error(ErrorKind::unsupported,
                        fmt::format("the manifest has format {}; this keel reads {} and {}", format,
                                    oldest_format, format_of_groups))
                .with_hint("use the keel that wrote it");
        }
        return read_manifest(json);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::invalid_input) throw;
        throw Error(ErrorKind::integrity,
                    fmt::format("the manifest is damaged: {}", error.message()));
    }
}

}  // namespace keel
