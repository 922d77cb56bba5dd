#pragma once

#include <string>

#include "ops/kit/operation.hpp"
#include "ops/kit/table_patterns.hpp"

namespace keel {

/// What the options of a copy ask for.
struct CopyRequest {
    enum class Mode {
        full,    ///< the whole database takes the target's place
        rows,    ///< rows alone, into tables that are there
        merge,   ///< rows alone, by primary key
        schema,  ///< the schema alone; rows stay
    };
    Mode mode = Mode::full;
    std::string source;
    TablePatterns tables{{}};
    TablePatterns excluded{{}};
    bool verify_only = false;
    bool creates_tables = false;
};

/// Throws ErrorKind::usage for options that contradict each other.
CopyRequest read_copy_request(const OptionValues& options);

}  // namespace keel
