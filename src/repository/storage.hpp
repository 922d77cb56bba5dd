#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace keel {

/// Held until destroyed, or until its holder dies.
class StorageLock {
  public:
    virtual ~StorageLock() = default;
};

/// An object that is there, read in any order. Thread-safe.
class StoredObject {
  public:
    virtual ~StoredObject() = default;
    virtual std::uint64_t size() const = 0;
    /// Exactly that many bytes; throws ErrorKind::integrity when there are fewer.
    virtual void read_at(std::uint64_t offset, std::span<std::byte> bytes) const = 0;
};

/// Where the objects of a repository lie, under keys such as "backups/ID/manifest.json". An object
/// is written once, whole, and never changed; only `replace` renews one. Nothing is ever reached
/// through a symbolic link. Thread-safe; each sink and source belongs to one thread. Failures of
/// the medium throw ErrorKind::io.
class Storage {
  public:
    virtual ~Storage() = default;

    /// How messages name the place.
    virtual const std::string& location() const noexcept = 0;

    /// Begins an object. `finish` makes it appear, whole and durable, and throws
    /// ErrorKind::already_exists when the key is taken; after any failure, and without `finish`,
    /// nothing has appeared.
    virtual std::unique_ptr<ByteSink> create(std::string_view key) = 0;
    /// Renews a small object in one step, durably. For one writer at a time.
    virtual void replace(std::string_view key, std::string_view text) = 0;

    /// All three throw ErrorKind::not_found; `read` throws ErrorKind::integrity above `limit`
    /// bytes.
    virtual std::unique_ptr<ByteSource> open(std::string_view key) const = 0;
    virtual std::unique_ptr<StoredObject> open_object(std::string_view key) const = 0;
    virtual std::string read(std::string_view key, std::uint64_t limit) const = 0;
    virtual bool exists(std::string_view key) const = 0;
    /// Small objects that will be asked after and read next, if they are there: a storage that is
    /// far away may fetch them side by side. Only a hint.
    virtual void expect(std::span<const std::string> /*keys*/) const {}
    /// Names directly below `folder` (empty: the root), sorted; none when it is not there.
    virtual std::vector<std::string> list(std::string_view folder) const = 0;

    /// Removes an object, or a folder and everything in it, durably. Nothing happens when it is not
    /// there.
    virtual void remove(std::string_view key) = 0;
    /// Ends what was begun below `folder` by processes that are no more, where such a thing can
    /// remain without a name.
    virtual void remove_unfinished(std::string_view /*folder*/) {}

    /// Nothing when somebody else holds it; `lock_holder` then says who. Throws
    /// ErrorKind::not_found when the folder it lies in is not there; the lock's own object is made
    /// when needed.
    virtual std::unique_ptr<StorageLock> try_lock(std::string_view key,
                                                  const std::string& holder) = 0;
    virtual std::string lock_holder(std::string_view key) const = 0;

    /// A private folder (0700) of the local file system for what must be staged, below `key` where
    /// that is possible.
    virtual std::filesystem::path scratch_folder(std::string_view key) = 0;
    /// Bytes that may still be written.
    virtual std::uint64_t free_space() const = 0;
};

}  // namespace keel
