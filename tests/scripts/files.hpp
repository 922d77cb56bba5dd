#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace keel::scripts {

/// Paths below `root` (relative ones, with '*' within a part) that `pattern` names, sorted.
std::vector<std::filesystem::path> find_files(const std::filesystem::path& root,
                                              std::string_view pattern);
/// The one path that it names. Throws Error when there is none or more than one.
std::filesystem::path one_file(const std::filesystem::path& root, std::string_view pattern);

/// The first path that it names. Throws Error when there is none.
std::filesystem::path first_file(const std::filesystem::path& root, std::string_view pattern);

/// Makes its folder when needed.
void write_file(const std::filesystem::path& path, std::string_view text);
/// Inverts the byte in the middle of a file.
void flip_byte(const std::filesystem::path& path);
/// Takes the second half of a file away.
void cut_half(const std::filesystem::path& path);

}  // namespace keel::scripts
