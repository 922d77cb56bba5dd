#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "repository/storage.hpp"

namespace keel {

/// The file "format" of a repository: what it is, in which version, and its uuid. It is kept twice
/// ("format.copy"), because nothing can be read without it.
struct RepositoryFormat {
    std::string uuid;
    std::string problem;  ///< what is wrong with one of the two, if only one can be read
};

constexpr int repository_version = 1;

/// Nothing when there is no repository. Throws ErrorKind::unsupported for a newer version,
/// integrity when neither file can be read.
std::optional<RepositoryFormat> read_format(const Storage& storage);
void write_format(Storage& storage, TimePoint now);
/// Writes the file that cannot be read from the one that can.
void repair_format(Storage& storage);

/// Throws ErrorKind::refused when the place holds something that is not ours.
void refuse_foreign_place(const Storage& storage);

}  // namespace keel
