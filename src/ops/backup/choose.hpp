#pragma once

#include <string>
#include <string_view>

#include "repository/repository.hpp"

namespace keel {

/// Safety backups are those that were taken before something destructive.
bool is_safety_backup(const Manifest& manifest) noexcept;

struct Chosen {
    const Backup* backup = nullptr;  ///< of the listing
    std::string warning;             ///< what the person should know about the choice
};

/// By id, by the beginning of an id that only one has, or by `latest`: the newest verified backup
/// of `environment` that is not a safety backup (those are what `undo` is for); without one, the
/// newest that is at least complete, or a safety backup, with a warning. Backups of some tables are
/// only found by their ids. Throws
/// ErrorKind::not_found, or usage when several begin so.
Chosen choose_backup(const Listing& listing, std::string_view text, std::string_view environment);

/// The newest safety backup of `environment`, leaving out those that undoing took itself: so
/// undoing twice is undoing once. Throws ErrorKind::not_found, or refused when the newest is of
/// some tables alone: an older one would take back more than the last change.
Chosen choose_undo(const Listing& listing, std::string_view environment);

/// Why `backup` must stay: it is the last good one of its environment. Empty when it may go.
std::string why_kept(const Listing& listing, const Backup& backup);

}  // namespace keel
