#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "ops/lint/finding.hpp"

namespace keel::lint {

struct FixedFile {
    std::string file;                ///< as shown
    std::string text;                ///< what it holds then
    std::vector<std::string> rules;  ///< ids, once each
};

/// Gives a file's whole text as it stands on disk, by its shown path.
using TextOf = std::function<std::string(const std::filesystem::path&)>;

/// The files with the edits of the findings made, those that nothing changes in left out. A section
/// that does not stand in its file as it was read is left alone, and so is an edit that another one
/// overlaps.
std::vector<FixedFile> fix_files(std::span<const Finding> findings, const TextOf& text_of);

}  // namespace keel::lint
