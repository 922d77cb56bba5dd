#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/manifest.hpp"
#include "repository/sealed.hpp"
#include "repository/storage.hpp"
#include "repository/vault.hpp"

namespace keel {

/// What the repository remembers of its newest manifest, so that losing that one is noticed too.
struct Head {
    std::uint64_t sequence = 0;
    std::string id;
    std::string digest;
};

/// Numbers whose backup was removed on purpose: one, or those from `sequence` to `last` where
/// several were found missing and accepted. 0 when the number was not known (an unreadable
/// manifest).
struct Removal {
    std::string id;
    std::uint64_t sequence = 0;
    std::uint64_t last = 0;
    TimePoint at{};
};

struct StoredManifest {
    Manifest manifest;
    std::string digest;
    /// It is encrypted, and this key may only write: no more than id and number is known.
    bool is_closed = false;
};

/// A backup that stays until it is unpinned.
struct Pin {
    std::string id;
    std::string note;
    TimePoint at{};
};

/// Packs that the next pruner removes, unless one of the runs that were at work when they were
/// chosen turns out to need them.
struct Doomed {
    std::string name;
    std::vector<std::string> packs;  ///< "RUN/00001"
    std::vector<std::string> runs;
    TimePoint at{};
};

/// The sealed documents of one repository: where they lie and what is in them. Reading throws
/// ErrorKind::integrity for what is damaged.
class Documents {
  public:
    Documents(Storage& storage, std::string repository, std::shared_ptr<const Vault> vault);

    static std::string backup_folder(std::string_view id);
    static std::string manifest_key(std::string_view id);

    /// Ids of the folders below backups/, with or without a manifest.
    std::vector<std::string> backup_folders() const;
    /// Says that their manifests and checks are about to be read.
    void expect(std::span<const std::string> backups,
                std::span<const std::string> check_files) const;
    bool has_manifest(std::string_view id) const;
    StoredManifest manifest(std::string_view id) const;
    /// The commit point of a backup. Returns its digest.
    std::string publish_manifest(const Manifest& manifest);

    /// Names of all records of checks, sorted; what `checks` chooses from.
    std::vector<std::string> check_files() const;
    /// The checks of this very manifest, oldest first; `problems` gets what could not be read.
    std::vector<Verification> checks(std::span<const std::string> files, const StoredManifest& of,
                                     std::vector<std::string>& problems) const;
    void add_check(std::string_view id, std::string_view manifest_digest,
                   const Verification& verification);
    void remove_checks(std::string_view id);

    std::optional<Head> head() const;
    void set_head(const Head& head);
    /// One that cannot be read is a problem, and comes back as a removal without a number.
    std::vector<Removal> removals(std::vector<std::string>& problems) const;
    /// Once noted, noting it again changes nothing.
    void add_removal(const Removal& removal);

    /// One that cannot be read pins all the same.
    std::vector<Pin> pins() const;
    void add_pin(const Pin& pin);
    void remove_pin(std::string_view id);

    /// One that cannot be read is left out: what it named is chosen again.
    std::vector<Doomed> doomed() const;
    void add_doomed(const Doomed& doomed);
    void remove_doomed(std::string_view name);

  private:
    Removal removal(const std::string& file) const;
    std::optional<Verification> check(const std::string& file, std::string_view digest) const;

    Seal seal_of(std::string_view kind) const;
    std::string sealed_manifest(const Manifest& manifest) const;
    Manifest open_manifest(const Json& body, std::string_view id, bool& is_closed) const;
    /// Throws ErrorKind::already_exists.
    void create(std::string_view key, const Json& body, std::string_view kind);
    Json read(const std::string& key, std::string_view kind) const;

    Storage& storage_;
    std::string repository_;
    std::shared_ptr<const Vault> vault_;
};

}  // namespace keel
