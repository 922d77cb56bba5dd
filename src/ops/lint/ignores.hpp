#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ops/lint/finding.hpp"

namespace keel::lint {

/// A `-- keel:ignore L01 reason="…" until=2026-12-31` line.
struct Ignore {
    std::vector<const Rule*> rules;
    std::string reason;
    std::string until;  ///< empty: for good
    bool whole_file = false;
    int line = 0;
    std::string fault;  ///< why it does not count; empty when it does
    bool used = false;
};

/// The ignores of a file's text. `today` is "2026-11-20".
std::vector<Ignore> read_ignores(std::string_view text, std::string_view today);

/// Takes away what `ignores` cover, and adds a finding for each one that does not count or that
/// covers nothing. They stand in the file shown as `path`; an ignore covers the statement that it
/// stands in, or the next one.
void apply_ignores(std::vector<Ignore>& ignores, const JudgedFile& file, const std::string& path,
                   std::vector<Finding>& findings);

}  // namespace keel::lint
