#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "repository/storage.hpp"

namespace keel {

/// The file "format" of a repository: what it is, in which version, and its uuid. It is kept twice
/// ("format.copy"), because nothing can be read without it.
struct RepositoryFormat {
    std::string uuid;
    /// What is written is sealed to this key; nothing without encryption.
    std::optional<Key> public_key;
    std::string problem;  ///< what is wrong with one of the two, if only one can be read
};

constexpr int repository_version = 2;

/// Nothing when there is no repository. Throws ErrorKind::unsupported for another version,
/// integrity when neither file can be read.
std::optional<RepositoryFormat> read_format(const Storage& storage);
struct NewFormat {
    TimePoint created_at{};
    std::string uuid;
    std::optional<Key> public_key;
};
void write_format(Storage& storage, const NewFormat& format);
/// Writes the file that cannot be read from the one that can.
void repair_format(Storage& storage);

/// Throws ErrorKind::refused when the place holds something that is not ours.
void refuse_foreign_place(const Storage& storage);

}  // namespace keel
