#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "repository/folder_storage.hpp"
#include "repository/s3_storage.hpp"
#include "support/faulty_s3.hpp"
#include "support/temporary_directory.hpp"

namespace keel {

/// Short enough for tests that wait for them.
constexpr S3LeaseTimes short_leases{.renewal = std::chrono::milliseconds(300),
                                    .trusted = std::chrono::milliseconds(900),
                                    .lifetime = std::chrono::milliseconds(2'500)};

/// A place in an object storage that nobody else uses.
struct S3Place {
    std::string endpoint;
    ObjectStorageAddress address;
    SystemClock clock;
    int attempts = 7;

    ObjectStorageAccess access() const {
        ObjectStorageAccess access;
        access.endpoint = endpoint;
        access.access_key = Secret("keeltest");
        access.secret_key = Secret("keeltestsecret");
        return access;
    }
    S3Options options() const {
        return {.clock = clock,
                .logger = no_logger(),
                .attempts = attempts,
                .first_pause = std::chrono::milliseconds(2)};
    }
    std::unique_ptr<S3Storage> open(S3LeaseTimes times = {}) const {
        return std::make_unique<S3Storage>(address, access(), options(), times);
    }
};

inline S3Place place_at(const std::string& endpoint) {
    return {.endpoint = endpoint, .address = {.bucket = "bucket", .prefix = "p-" + new_uuid()}};
}

/// The server of this run of ctest (tools/private_s3); nothing without one.
inline std::optional<S3Place> real_s3() {
    const char* directory = std::getenv("KEEL_TEST_S3");
    if (directory == nullptr) return std::nullopt;
    std::ifstream file(std::string(directory) + "/address");
    std::string endpoint;
    std::getline(file, endpoint);
    return place_at(endpoint);
}

/// A medium that tests of the contract run over: each `open` is another process's view of it.
struct StorageKind {
    enum class Name { folder, ceph, faulty, unconditional };

    explicit StorageKind(Name name) {
        if (name == Name::ceph) place = real_s3();
        if (name == Name::faulty || name == Name::unconditional) {
            server.emplace();
            place = place_at(server->address());
            if (name == Name::unconditional) server->control(R"({"conditions": "ignored"})");
        }
        is_there = name == Name::folder || place.has_value();
    }
    std::unique_ptr<Storage> open() const {
        if (place) return place->open();
        return FolderStorage::open(directory.path() / "backups", FolderStorage::Missing::create);
    }

    TemporaryDirectory directory;
    std::optional<test::FaultyS3> server;
    std::optional<S3Place> place;
    bool is_there = false;
};

inline std::string_view name_of(StorageKind::Name name) {
    switch (name) {
        case StorageKind::Name::folder:
            return "folder";
        case StorageKind::Name::ceph:
            return "ceph";
        case StorageKind::Name::faulty:
            return "faulty";
        case StorageKind::Name::unconditional:
            return "unconditional";
    }
    return "";
}

constexpr std::array<StorageKind::Name, 4> all_storages = {
    StorageKind::Name::folder, StorageKind::Name::ceph, StorageKind::Name::faulty,
    StorageKind::Name::unconditional};

}  // namespace keel
