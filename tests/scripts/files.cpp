#include "files.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/file.hpp"
#include "pattern.hpp"

namespace keel::scripts {

std::vector<std::filesystem::path> find_files(const std::filesystem::path& root,
                                              std::string_view pattern) {
    std::vector<std::filesystem::path> found;
    if (std::filesystem::exists(root / pattern)) return {root / pattern};
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        const std::string relative = entry.path().lexically_relative(root).string();
        const bool same_depth =
            std::ranges::count(relative, '/') == std::ranges::count(pattern, '/');
        if (same_depth && equals(relative, pattern)) found.push_back(entry.path());
    }
    std::ranges::sort(found);
    return found;
}

std::filesystem::path one_file(const std::filesystem::path& root, std::string_view pattern) {
    const auto found = find_files(root, pattern);
    if (found.size() == 1) return found.front();
    throw Error(ErrorKind::not_found, fmt::format("{} files are named {}", found.size(), pattern));
}

std::filesystem::path first_file(const std::filesystem::path& root, std::string_view pattern) {
    const auto found = find_files(root, pattern);
    if (!found.empty()) return found.front();
    throw Error(ErrorKind::not_found, fmt::format("no file is named {}", pattern));
}

void write_file(const std::filesystem::path& path, std::string_view text) {
    std::filesystem::create_directories(path.parent_path());
    write_file_atomically(path, text, 0644);
}

void flip_byte(const std::filesystem::path& path) {
    std::string text = read_file(path);
    if (text.empty())
        throw Error(ErrorKind::invalid_input, fmt::format("{} is empty", path.string()));
    text[text.size() / 2] = static_cast<char>(~text[text.size() / 2]);
    write_file(path, text);
}

void cut_half(const std::filesystem::path& path) {
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
}

}  // namespace keel::scripts
