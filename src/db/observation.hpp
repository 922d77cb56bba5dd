#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace keel {

struct ObservedLock {
    std::string relation;
    std::string mode;

    auto operator<=>(const ObservedLock&) const = default;
};

/// What a connection's open transaction has done so far, as its server sees it.
struct Observation {
    std::vector<ObservedLock> locks;             ///< held, sorted
    std::map<std::string, std::string> storage;  ///< table -> its file: another one after a rewrite
    std::map<std::string, std::int64_t> rows_read;     ///< table -> rows read by whole scans
    std::map<std::string, std::int64_t> rows_written;  ///< table -> rows added, changed, deleted
};

}  // namespace keel
