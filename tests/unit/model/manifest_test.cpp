#include "model/manifest.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace keel;

namespace {

Manifest full_manifest() {
    Manifest manifest;
    manifest.id = "20261120t071500-9f3k2m";
    manifest.sequence = 7;
    manifest.previous_digest = "abc";
    manifest.created_at = parse_utc("2026-11-20T07:15:00.123Z");
    manifest.project = "shop";
    manifest.environment = "prod";
    manifest.database = "postgresql://app:***@db/shop";
    manifest.instance_id = "uuid";
    manifest.label = "before \"import\"";
    manifest.note = "Umlaute: äöü";
    manifest.reason = "safety: migrate down";
    manifest.keel_version = "0.1.0";
    manifest.bytes_source = 1u << 30;
    manifest.duration_ms = 41;
    manifest.content = {.engine = EngineKind::postgres,
                        .server_version = "15.18",
                        .tool_version = "15.18",
                        .schema_fingerprint = "f",
                        .tables = {{.schema = "public",
                                    .name = "users",
                                    .rows = 3,
                                    .digest = "d",
                                    .stream = "table/1",
                                    .columns = {"id", "name"}}},
                        .details = Json::object().set("encoding", "UTF8")};
    manifest.streams = {{.name = "table/1", .raw_bytes = 100, .digest = "r", .stored_bytes = 60},
                        {.name = "pre-data", .raw_bytes = 10, .digest = "r", .stored_bytes = 9}};
    return manifest;
}

ErrorKind kind_of_reading(const Json& json) {
    try {
        manifest_from_json(json);
    } catch (const Error& error) {
        return error.kind();
    }
    return ErrorKind::internal;
}

/// The object without one of its members.
Json without(const Json& json, std::string_view key) {
    Json::Object members;
    for (const Json::Member& member : json.as_object()) {
        if (member.first != key) members.push_back(member);
    }
    return Json::object(std::move(members));
}

}  // namespace

TEST_CASE("a manifest comes back from its JSON as it was") {
    const Manifest manifest = full_manifest();
    const Json json = to_json(manifest);

    const Manifest back = manifest_from_json(Json::parse(json.dump()));

    CHECK(to_json(back) == json);
    CHECK(back.content.tables[0].columns == std::vector<std::string>{"id", "name"});
    CHECK(back.created_at == manifest.created_at);
    CHECK(back.bytes_stored() == 69);
}

TEST_CASE("a manifest that lacks anything is damaged, and says what it lacks") {
    const Json json = to_json(full_manifest());
    for (const Json::Member& member : json.as_object()) {
        CAPTURE(member.first);
        CHECK(kind_of_reading(without(json, member.first)) == ErrorKind::integrity);
        CHECK(kind_of_reading(Json(json).set(member.first, true)) == ErrorKind::integrity);
    }
    try {
        manifest_from_json(without(json, "environment"));
    } catch (const Error& error) {
        CHECK(error.message().find("environment") != std::string::npos);
    }
}

TEST_CASE("numbers that cannot be are damage") {
    const Json json = to_json(full_manifest());
    CHECK(kind_of_reading(Json(json).set("bytes_source", -1)) == ErrorKind::integrity);
    CHECK(kind_of_reading(Json(json).set("sequence", 0)) == ErrorKind::integrity);
    CHECK(kind_of_reading(
              Json(json).set("content", Json(json.at("content")).set("engine", "oracle"))) ==
          ErrorKind::integrity);
}

TEST_CASE("a manifest of a newer format is not taken for damaged") {
    const Json json = to_json(full_manifest());
    CHECK(kind_of_reading(Json(json).set("format", 4)) == ErrorKind::unsupported);
}
