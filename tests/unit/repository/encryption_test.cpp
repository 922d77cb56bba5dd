#include <doctest/doctest.h>

#include "base/error.hpp"
#include "world.hpp"

using namespace keel;

namespace {

constexpr std::string_view secret_rows = "the rows that nobody else may read\n";

ErrorKind kind_of(const auto& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.kind();
    }
    return ErrorKind::internal;
}

KeyRing passphrase(std::string text) {
    // Cheap: what a guess costs is not tested here.
    return {.passphrase = Secret(std::move(text)),
            .key_file = std::nullopt,
            .cost = {.operations = 1, .memory = 1u << 20}};
}
KeyRing key_file(const Secret& text) {
    return {.passphrase = std::nullopt, .key_file = text};
}

/// A repository that a passphrase opens, with one backup.
struct Locked : World {
    Locked() {
        keys = passphrase("correct horse");
        id = add(secret_rows);
    }
    Repository open_with(KeyRing ring) {
        keys = std::move(ring);
        return open();
    }
    std::string read_with(KeyRing ring) {
        const Repository repository = open_with(std::move(ring));
        const Listing listing = repository.list();
        return read_all(*repository.streams(listing.find(id)->manifest)->open("database"));
    }
    std::string id;
};

}  // namespace

TEST_CASE("an encrypted backup comes back with its passphrase, and with no other") {
    Locked locked;
    CHECK(locked.read_with(passphrase("correct horse")) == secret_rows);
    CHECK(kind_of([&] { locked.open_with(passphrase("correct cow")); }) == ErrorKind::config);
    CHECK(kind_of([&] { locked.open_with({}); }) == ErrorKind::config);
}

TEST_CASE("an encrypted repository shows neither rows nor names") {
    const Locked locked;
    for (const auto& [key, text] : locked.medium.objects) {
        CAPTURE(key);
        for (const std::string_view word : {"rows", "users", "database", "dev", "table/3"})
            CHECK(text.find(word) == std::string::npos);
    }
}

TEST_CASE("every flipped byte of an encrypted backup is found or does no harm" *
          doctest::test_suite("long")) {
    Locked locked;
    for (auto& [key, text] : locked.medium.objects) {
        // Keys and copies of the format open all the same, or not at all.
        if (key.starts_with("keys/") || key.starts_with("format")) continue;
        for (char& byte : text) {
            byte = static_cast<char>(byte ^ 0x20);
            Repository repository = locked.open();
            const Listing listing = repository.list();
            const bool is_noticed = !listing.problems.empty() || listing.backups.size() != 1 ||
                                    listing.backups[0].state != BackupState::verified ||
                                    !repository.verify(listing.backups[0], locked.context).ok;
            CAPTURE(key);
            CHECK(is_noticed);
            byte = static_cast<char>(byte ^ 0x20);
        }
    }
}

TEST_CASE("documents that somebody without a key made are not believed") {
    Locked locked;
    const std::string uuid = locked.open().uuid();
    MemoryStorage storage(locked.medium);
    Documents forger(storage, uuid, std::make_shared<const Vault>(Vault::plain(uuid)));
    Manifest forged = World::manifest();
    forged.id = "20301120t071500-forged";
    forged.sequence = 2;
    forger.publish_manifest(forged);
    CHECK(locked.open().list().find(forged.id)->state == BackupState::damaged);
}

TEST_CASE("a repository whose key was replaced is not written to") {
    Locked locked;
    World other;
    other.keys = passphrase("correct horse");
    other.add("foreign");
    for (const auto* key : {"format", "format.copy"})
        locked.medium.objects.at(key) = other.medium.objects.at(key);
    CHECK(kind_of([&] { locked.open(); }) == ErrorKind::integrity);
}

TEST_CASE("a key file opens what was written for its recipient") {
    Locked locked;
    const Identity identity = new_identity();
    const Identity stranger = new_identity();
    locked.open().add_recipient(identity.recipient);
    CHECK(locked.read_with(key_file(identity.text)) == secret_rows);
    CHECK(kind_of([&] { locked.open_with(key_file(stranger.text)); }) == ErrorKind::config);
    CHECK(kind_of([&] { locked.open_with(key_file(Secret("rubbish"))); }) == ErrorKind::config);
}

TEST_CASE("a writer's key makes backups that it cannot read, and others can") {
    Locked locked;
    const Secret writer = locked.open().writer_key();
    {
        Repository repository = locked.open_with(key_file(writer));
        locked.id =
            locked.add(repository, {{"database", std::string(secret_rows)}}, World::manifest())
                .manifest.id;
        const Listing listing = repository.list();
        REQUIRE(listing.backups.size() == 2);
        CHECK(listing.problems.empty());
        CHECK(listing.find(locked.id)->is_closed);
        CHECK(listing.find(locked.id)->manifest.environment.empty());
        CHECK(kind_of([&] { repository.streams(listing.find(locked.id)->manifest); }) ==
              ErrorKind::integrity);
        CHECK_FALSE(repository.collect(locked.context).problem.empty());
    }
    CHECK(locked.read_with(passphrase("correct horse")) == secret_rows);
    CHECK(locked.open().list().problems.empty());
}

TEST_CASE("a key that was removed opens nothing, and the last one stays") {
    Locked locked;
    Repository repository = locked.open();
    const std::string first = repository.keys().at(0).id;
    repository.add_passphrase(Secret("another one"));
    repository.remove_key(first, locked.context);
    CHECK(kind_of([&] { locked.open_with(passphrase("correct horse")); }) == ErrorKind::config);
    CHECK(locked.read_with(passphrase("another one")) == secret_rows);
    CHECK(kind_of([&] { repository.remove_key(repository.keys().at(0).id, locked.context); }) ==
          ErrorKind::refused);
}

TEST_CASE("a repository without encryption has no keys to add") {
    World world;
    world.add();
    CHECK(kind_of([&] { world.open().add_passphrase(Secret("x")); }) == ErrorKind::unsupported);
}
