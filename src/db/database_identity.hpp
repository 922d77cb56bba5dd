#pragma once

#include <string>

namespace keel {

/// What makes this database this database, wherever the address points. See
/// docs/explanation/protection.md.
struct DatabaseIdentity {
    std::string bound;     ///< PostgreSQL "system identifier/oid"; SQLite "device:inode"
    std::string location;  ///< PostgreSQL database name; SQLite canonical path
};

/// Held until destroyed or the holder dies.
class DatabaseLock {
  public:
    virtual ~DatabaseLock() = default;
};

}  // namespace keel
