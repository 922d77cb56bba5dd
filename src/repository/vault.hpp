#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.hpp"
#include "base/fast_digest.hpp"

namespace keel {

/// What the frames of one run (one writing of a backup) are encrypted with.
struct RunKey {
    std::string run;                ///< the run's id, authenticated with every frame
    std::vector<std::byte> sealed;  ///< lies at the head of each of its packs; empty without
                                    ///< encryption
    std::optional<Key> key;         ///< nothing without encryption
};

/// What a program that only writes must know.
struct WriterKeys {
    Key public_key{};      ///< what is written is sealed to it
    Key authentication{};  ///< shows that it was written by somebody who may
};

/// The keys of one repository, in use. Without encryption there are none, and what is authenticated
/// otherwise is only protected against accidents. Thread-safe, cheap to copy.
class Vault {
  public:
    static Vault plain(std::string_view repository);
    /// May write and read. Everything else is derived from the master key.
    static Vault full(const Key& master);
    /// May write, and not read what it wrote.
    static Vault writing(const WriterKeys& keys);

    bool encrypts() const noexcept { return writer_.has_value(); }
    bool can_read() const noexcept { return !encrypts() || pair_.has_value(); }
    const WriterKeys& writer_keys() const { return *writer_; }
    /// Nothing unless it may read.
    const std::optional<Key>& master() const noexcept { return master_; }
    /// What documents are authenticated with; null without encryption.
    const Key* authentication() const noexcept {
        return writer_ ? &writer_->authentication : nullptr;
    }

    /// Recognises data within this repository.
    const Fingerprinter& fingerprinter() const noexcept { return *fingerprinter_; }

    RunKey begin_run(std::string run) const;
    /// Throws ErrorKind::integrity, config when it may not read.
    RunKey open_run(std::string run, std::span<const std::byte> sealed) const;

    /// Text that only readers can read, as hexadecimal. `purpose` must be the same to open it.
    std::string box(std::string_view text, std::string_view purpose) const;
    std::string unbox(std::string_view boxed, std::string_view purpose) const;

  private:
    explicit Vault(const Key& fingerprint_seed);
    Key frame_key(std::span<const std::byte> secret, std::string_view purpose) const;
    void require_reading() const;

    std::optional<Key> master_;
    std::optional<WriterKeys> writer_;
    std::optional<SealingPair> pair_;
    std::shared_ptr<const Fingerprinter> fingerprinter_;
};

}  // namespace keel
