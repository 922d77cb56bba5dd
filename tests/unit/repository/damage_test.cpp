#include <doctest/doctest.h>

#include <array>
#include <functional>

#include "base/error.hpp"
#include "world.hpp"

using namespace keel;

namespace {

constexpr std::array<unsigned char, 3> flips = {0x01, 0x80, 0xFF};

/// Three small backups; the middle one is the one that things happen to.
struct Small : World {
    std::string first = add("first\n");
    std::string second = add("second, longer\n");
    std::string third = add("third\n");

    std::string& object(const std::string& key) { return medium.objects.at(key); }
    std::string of_second(std::string_view name) const {
        return "backups/" + second + "/" + std::string(name);
    }

    /// Whether listing and verifying say that something is wrong.
    bool is_noticed() {
        try {
            Repository repository = open();
            const Listing listing = repository.list();
            if (!listing.problems.empty() || listing.backups.size() != 3) return true;
            for (const Backup& backup : listing.backups) {
                if (backup.state != BackupState::verified) return true;
                if (!repository.verify(backup, context).ok) return true;
            }
            return false;
        } catch (const Error&) {
            return true;
        }
    }

    /// What a verification of the second backup says, given that its documents were read before.
    bool stream_is_damaged(const Repository& repository, const Backup& backup) {
        return !repository.verify(backup, context).ok;
    }
};

/// Calls `check` for each damaged version of `text`, which is the original again afterwards.
void for_each_flip(std::string& text, const std::function<void(std::size_t)>& check) {
    const std::string original = text;
    for (std::size_t i = 0; i < original.size(); ++i) {
        for (const unsigned char flip : flips) {
            text[i] = static_cast<char>(static_cast<unsigned char>(original[i]) ^ flip);
            check(i);
        }
        text = original;
    }
}

void for_each_cut(std::string& text, const std::function<void(std::size_t)>& check) {
    const std::string original = text;
    for (std::size_t size = 0; size < original.size(); ++size) {
        text = original.substr(0, size);
        check(size);
    }
    text = original + "x";
    check(original.size() + 1);
    text = original;
}

}  // namespace

TEST_CASE("an untouched repository has nothing to complain about") {
    Small small;
    CHECK_FALSE(small.is_noticed());
}

TEST_CASE("every flipped byte of a stream, and every cut, is found") {
    Small small;
    Repository repository = small.open();
    const Backup backup = *repository.list().find(small.second);
    for (const std::string& name : {small.of_second("index"), "packs/" + small.second + "/00001"}) {
        std::string& text = small.object(name);
        const auto check = [&](std::size_t at) {
            CAPTURE(name);
            CAPTURE(at);
            CHECK(small.stream_is_damaged(repository, backup));
        };
        for_each_flip(text, check);
        for_each_cut(text, check);
    }
    CHECK_FALSE(small.is_noticed());
}

TEST_CASE("every flipped byte of a document, and every cut, is found where it is read" *
          doctest::test_suite("long")) {
    Small small;
    MemoryStorage storage(small.medium);
    Documents documents(storage, small.open().uuid(),
                        std::make_shared<const Vault>(Vault::plain(small.open().uuid())));
    const StoredManifest good = documents.manifest(small.second);
    const std::vector<std::string> files = documents.check_files();
    const auto throws = [](const auto& read) {
        try {
            read();
            return false;
        } catch (const Error& error) {
            return error.kind() == ErrorKind::integrity || error.kind() == ErrorKind::unsupported;
        }
    };
    const auto in_format = [&] {
        return throws([&] {
            if (!read_format(storage)->problem.empty()) throw Error(ErrorKind::integrity, "");
        });
    };
    const std::vector<std::pair<std::string, std::function<bool()>>> documents_and_readers = {
        {small.of_second("manifest.json"),
         [&] { return throws([&] { documents.manifest(small.second); }); }},
        {"checks/" + small.second + ".1.json",
         [&] {
             std::vector<std::string> problems;
             return documents.checks(files, good, problems).empty() && problems.size() == 1;
         }},
        {"head.json", [&] { return throws([&] { documents.head(); }); }},
        {"format", in_format},
        {"format.copy", in_format}};
    for (const auto& [key, is_found] : documents_and_readers) {
        std::string& text = small.object(key);
        const auto check = [&](std::size_t at) {
            CAPTURE(key);
            CAPTURE(at);
            CHECK(is_found());
        };
        CHECK_FALSE(is_found());
        for_each_flip(text, check);
        for_each_cut(text, check);
    }
}

TEST_CASE("a damaged document is noticed by whoever lists and verifies") {
    Small small;
    for (auto& [key, text] : small.medium.objects) {
        const std::string good = text;
        for (const std::size_t at : {std::size_t{0}, good.size() / 3, good.size() - 2}) {
            CAPTURE(key);
            CAPTURE(at);
            text[at] = static_cast<char>(text[at] ^ 1);
            CHECK(small.is_noticed());
            text = good;
        }
    }
    CHECK_FALSE(small.is_noticed());
}

TEST_CASE("every flipped byte of a note about a removal is found" * doctest::test_suite("long")) {
    Small small;
    small.open().remove(small.second, small.context);
    std::string& text = small.object("removed/" + small.second + ".json");
    Repository repository = small.open();
    for (char& byte : text) {
        byte = static_cast<char>(byte ^ 1);
        // One problem: the number is not reported as missing as well.
        CHECK(repository.list().problems.size() == 1);
        byte = static_cast<char>(byte ^ 1);
    }
}

TEST_CASE("every file that is lost is missed") {
    Small small;
    for (const auto& [key, text] : std::map(small.medium.objects)) {
        if (key == "lock") continue;
        CAPTURE(key);
        small.medium.objects.erase(key);
        CHECK(small.is_noticed());
        small.medium.objects.emplace(key, text);
    }
    CHECK_FALSE(small.is_noticed());
}

TEST_CASE("any two files that were swapped are found" * doctest::test_suite("long")) {
    Small small;
    std::vector<std::string> keys;
    for (const auto& [key, text] : small.medium.objects) keys.push_back(key);
    for (const std::string& left : keys) {
        for (const std::string& right : keys) {
            if (left >= right || small.object(left) == small.object(right)) continue;
            CAPTURE(left);
            CAPTURE(right);
            std::swap(small.object(left), small.object(right));
            CHECK(small.is_noticed());
            std::swap(small.object(left), small.object(right));
        }
    }
}

TEST_CASE("a backup that was removed behind our back is missed, the newest too") {
    for (const int which : {0, 1, 2}) {
        Small small;
        const std::string id =
            std::array{small.first, small.second, small.third}[static_cast<std::size_t>(which)];
        std::erase_if(small.medium.objects, [&](const auto& object) {
            return object.first.find(id) != std::string::npos;
        });

        const Listing listing = small.open().list();

        CAPTURE(which);
        REQUIRE(listing.problems.size() == 1);
        CHECK(listing.problems[0].find("backup number " + std::to_string(which + 1)) !=
              std::string::npos);
    }
}

TEST_CASE("a manifest that was sealed anew with other content is not the one its successor knew") {
    Small small;
    const auto repository_uuid = small.open().uuid();
    MemoryStorage storage(small.medium);
    Documents documents(storage, repository_uuid,
                        std::make_shared<const Vault>(Vault::plain(repository_uuid)));
    for (const std::string& id : {small.second, small.third}) {
        Manifest forged = documents.manifest(id).manifest;
        forged.label = "forged";
        small.medium.objects.erase(Documents::manifest_key(id));
        documents.publish_manifest(forged);
        CAPTURE(id);
        CHECK(small.open().list().find(id)->state == BackupState::damaged);
    }
}

TEST_CASE("a whole backup brought in from another repository does not count as one") {
    Small small;
    World other;
    const std::string id = other.add("foreign");
    for (const auto& [key, text] : other.medium.objects) {
        if (key.starts_with("backups/")) small.medium.objects.emplace(key, text);
    }
    CHECK(small.open().list().find(id)->state == BackupState::damaged);
}

TEST_CASE("a damaged manifest is listed as damaged, last, and can be removed") {
    Small small;
    small.object(small.of_second("manifest.json")) = "{}";
    Repository repository = small.open();

    const Listing listing = repository.list();
    REQUIRE(listing.backups.size() == 3);
    CHECK(listing.backups[2].id == small.second);
    CHECK(listing.backups[2].state == BackupState::damaged);
    CHECK(listing.backups[2].problems.size() == 1);
    CHECK(listing.problems.empty());

    repository.remove(small.second, small.context);
    CHECK(repository.list().backups.size() == 2);
    CHECK(repository.list().problems.empty());
}

TEST_CASE("the next writer mends a damaged format file from its copy") {
    Small small;
    const std::string good = small.object("format");
    for (const auto* key : {"format", "format.copy"}) {
        small.object(key) = "rubbish";
        small.add();
        CHECK(small.object(key) == good);
    }
}

TEST_CASE("what was found missing can be accepted, and is not reported again") {
    Small small;
    small.add();
    for (const std::string& id : {small.second, small.third}) {
        std::erase_if(small.medium.objects, [&](const auto& object) {
            return object.first.find(id) != std::string::npos;
        });
    }
    Repository repository = small.open();
    const auto found = repository.leftovers();
    REQUIRE(found.size() == 1);
    CHECK(found[0].sequence == 2);
    CHECK(found[0].last == 3);

    for (int i = 0; i < 2; ++i) repository.resolve(found[0], small.context);

    CHECK(repository.leftovers().empty());
    CHECK(repository.list().problems.empty());
    small.add();
    CHECK(repository.list().problems.empty());
}

TEST_CASE("a number as large as a forger likes costs no time") {
    const std::vector<ChainLink> links = {{"a", 1, "d1", ""},
                                          {"b", ~std::uint64_t{0} / 2, "d2", ""}};
    const auto breaks =
        find_breaks({.links = links, .removals = {}, .head = Head{1, "a", "d1"}, .unreadable = 0});
    CHECK(breaks.size() == 2);
}
