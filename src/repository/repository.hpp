#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.hpp"
#include "base/streams.hpp"
#include "model/manifest.hpp"
#include "repository/chain.hpp"
#include "repository/documents.hpp"
#include "repository/draft.hpp"
#include "repository/format.hpp"
#include "repository/key_slots.hpp"
#include "repository/storage.hpp"
#include "repository/vault.hpp"

namespace keel {

enum class BackupState {
    complete,  ///< its manifest is there; its bytes have not been read back since, or not yet
    verified,  ///< the newest check found every byte as it was
    damaged,   ///< the manifest cannot be trusted, or the newest check found a fault
};
std::string_view to_string(BackupState state) noexcept;

/// A backup as the repository has it. When the manifest cannot be read, only its id is known.
struct Backup {
    std::string id;
    BackupState state = BackupState::complete;
    Manifest manifest;
    bool is_closed = false;  ///< encrypted, and the key at hand may only write
    bool is_pinned = false;
    std::string digest;                 ///< of the manifest; empty when it cannot be read
    std::vector<std::string> problems;  ///< why it is damaged
    std::vector<Verification> checks;   ///< oldest first

    bool is_readable() const noexcept { return !digest.empty(); }
    /// The last trial restore that found all well; without one, the last reading; without one, the
    /// last sample.
    const Verification* proof() const noexcept;
};

struct Listing {
    std::vector<Backup> backups;  ///< newest first, by number; unreadable ones last
    std::vector<std::string>
        problems;  ///< of the repository itself: removed, replaced, rolled back

    const Backup* find(std::string_view id) const noexcept;
};

/// Something to put in order: by the next writer, or by `Repository::resolve`.
struct RepositoryLeftover {
    enum class Kind {
        unfinished,  ///< a backup (or a removal) whose run is dead; the next writer removes it
        gap,         ///< numbers that are missing: can only be accepted
        head,        ///< head.json must be written anew
        format,      ///< a damaged copy of the format file
    };
    Kind kind = Kind::unfinished;
    std::string id;
    std::uint64_t sequence = 0;
    std::uint64_t last = 0;
    std::string what;    ///< "half-made backup 2026…"
    std::string action;  ///< "removes it"
};

struct RepositoryOptions {
    const Clock& clock;
    std::string holder;  ///< written into locks, for people
    /// Longer than the lock of a machine that lost its power holds; nobody stands in line for it.
    std::chrono::milliseconds lock_wait{120'000};
    KeyRing keys = {};  ///< without any, a new repository is not encrypted
};

struct BeginOptions {
    std::uint64_t expected_bytes = 0;
    /// The backup builds upon the newest good one of this environment (and engine); empty: upon
    /// none.
    std::string environment = {};
    EngineKind engine = EngineKind::sqlite;
    bool of_tables = false;  ///< builds upon backups of some tables, not of whole databases
    /// A copy of a backup of another repository keeps its id and time.
    std::string id = {};
    std::optional<TimePoint> created_at = std::nullopt;
};

/// What removing did, or would do, with packs that no backup needs.
struct Garbage {
    std::vector<PackUse> removed;
    std::vector<PackUse> waiting;  ///< until backups that are being made now are done
    std::string problem;           ///< why nothing could be removed
    std::uint64_t bytes() const noexcept;
};

/// Backups at rest. A backup exists if and only if its manifest does; the manifest is written last.
/// What is inside (how streams and documents are stored) is nobody else's business. Many readers
/// and writers, in one process or several, may use a repository at once; readers take no lock.
class Repository {
  public:
    /// Throws ErrorKind::not_found when there is none, unsupported when it is of a newer format.
    static Repository open(std::unique_ptr<Storage> storage, RepositoryOptions options);
    /// Makes one in an empty place; throws ErrorKind::refused where something else lies.
    static Repository open_or_create(std::unique_ptr<Storage> storage, RepositoryOptions options,
                                     const Context& context);

    const std::string& uuid() const noexcept { return format_.uuid; }
    const std::string& location() const noexcept { return storage_->location(); }

    /// Never fails for what is damaged in one backup: that is its state.
    Listing list() const;

    /// Begins a backup: sweeps what dead runs left, and checks that about `expected_bytes` will
    /// fit. The draft refers to this repository, which must neither move nor end before it. Throws
    /// ErrorKind::already_exists when the id is taken.
    std::unique_ptr<BackupDraft> begin(const BeginOptions& options, const Context& context);

    /// The repository must outlive the reader.
    std::unique_ptr<StreamReader> streams(const Manifest& manifest) const;
    /// Where everything of a backup lies. Throws ErrorKind::integrity when it cannot be read.
    BackupIndex index(const Manifest& manifest) const;

    /// Reads every byte of every stream and compares with the manifest. Findings are in the result;
    /// throws only ErrorKind::cancelled.
    Verification verify(const Backup& backup, const Context& context) const;
    /// Reads and decrypts one of `parts` equal shares of what is stored. Which one goes by the
    /// samples that were taken before, so that `parts` of them have read everything.
    Verification verify_sample(const Backup& backup, std::uint64_t parts,
                               const Context& context) const;
    /// Keeps a check beside the backup.
    void record(const Backup& backup, const Verification& verification);

    /// Notes the removals, then removes the manifests, then what no other backup needs. Throws
    /// ErrorKind::not_found.
    Garbage remove(std::span<const std::string> ids, const Context& context);
    Garbage remove(const std::string& id, const Context& context) {
        return remove(std::span(&id, 1), context);
    }
    /// Removes packs that nothing needs, except those that a backup being made now may be about to
    /// use: these are only marked, and later ones do not use them. Never waits, and holds nothing
    /// that could go stale.
    Garbage collect(const Context& context);

    /// A pinned backup is never removed. Throws ErrorKind::not_found.
    void pin(std::string_view id, std::string_view note, const Context& context);
    void unpin(std::string_view id, const Context& context);

    bool is_encrypted() const noexcept { return vault_->encrypts(); }
    bool can_read() const noexcept { return vault_->can_read(); }
    std::vector<KeySlot> keys() const { return read_slots(*storage_); }
    /// Both return the id of the new key.
    std::string add_passphrase(const Secret& passphrase);
    std::string add_recipient(std::string_view recipient);
    /// Throws ErrorKind::not_found, refused for the last one.
    void remove_key(std::string_view id, const Context& context);
    /// The text of a key file with which backups can be written, and not read.
    Secret writer_key() const;

    std::vector<RepositoryLeftover> leftovers() const;
    /// Idempotent.
    void resolve(const RepositoryLeftover& leftover, const Context& context);

  private:
    friend class BackupDraft;

    /// Everything that is known from reading all documents once.
    struct Contents {
        Listing listing;
        std::vector<ChainLink> links;
        std::vector<Removal> removals;
        std::optional<Head> head;
        std::size_t unreadable = 0;
        std::size_t closed = 0;
        std::vector<ChainBreak> breaks;

        ChainInput chain() const { return {links, removals, head, unreadable}; }
    };

    Repository(std::unique_ptr<Storage> storage, RepositoryOptions options, RepositoryFormat format,
               std::shared_ptr<const Vault> vault);

    static void make(Storage& storage, const RepositoryOptions& options);
    void require_readable(const Backup& backup) const;
    void require_space(std::uint64_t expected_bytes) const;
    /// Serialises writers for the short moments where they look at each other's work.
    static std::unique_ptr<StorageLock> take_lock(Storage& storage,
                                                  const RepositoryOptions& options,
                                                  const Context& context);
    std::unique_ptr<StorageLock> lock(const Context& context) {
        return take_lock(*storage_, options_, context);
    }
    Contents read_contents() const;
    void read_chain(Contents& contents) const;
    Backup load(const std::string& id, std::span<const std::string> check_files,
                Listing& listing) const;
    ChainEnd chain_end() const { return end_of(read_contents().chain()); }
    std::vector<std::string> live_runs() const;
    std::vector<std::string> dead_runs() const;
    std::vector<std::string> half_written() const;
    /// Leaves the packs of the spared runs.
    void sweep(const Contents& contents, std::span<const PackUse> spared = {});
    /// Packs of runs that died before their backup was there, and that nobody is about to remove.
    std::vector<PackUse> abandoned_packs(const Contents& contents) const;
    std::unique_ptr<const BaseBackup> choose_base(const Contents& contents,
                                                  const BeginOptions& options,
                                                  const Context& context) const;
    struct CollectOptions {
        std::span<const PackUse> spared = {};
        std::string done = {};  ///< a run that is alive, and needs nothing but its backup
    };
    Garbage collect(const Contents& contents, const CollectOptions& options);
    void remove_pack(PackUse& pack);
    void remove_empty_folders(std::span<const std::string> live);
    std::vector<PackUse> unused_packs(const Contents& contents,
                                      std::span<const std::string> live) const;
    void note_removal(const std::string& id, const Contents& contents);
    void remove_rest(std::string_view id);
    void renew_head();
    void mend_format();

    std::unique_ptr<Storage> storage_;
    RepositoryOptions options_;
    RepositoryFormat format_;
    std::shared_ptr<const Vault> vault_;
    Documents documents_;  ///< refers to what `storage_` points to, so it may move along
};

}  // namespace keel
