#include "ops/migrate/layouts/source_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "ops/migrate/migration_text.hpp"

namespace keel {
namespace {

namespace fs = std::filesystem;

Error unreadable(const std::string& shown, const std::error_code& failure) {
    if (failure == std::errc::no_such_file_or_directory)
        return Error(ErrorKind::not_found, fmt::format("there is no migrations folder '{}'", shown))
            .with_hint(
                "make the first migration with: keel migrate new NAME; or say where they are with "
                "--migrations DIR");
    return Error(ErrorKind::io, fmt::format("cannot read the migrations folder '{}': {}", shown,
                                            failure.message()))
        .with_hint("check that it is a folder and may be read");
}

void sort_by_name(std::vector<SourceFile>& files) {
    std::sort(files.begin(), files.end(),
              [](const SourceFile& a, const SourceFile& b) { return a.name < b.name; });
}

}  // namespace

FolderContent list_folder(const MigrationFolder& folder) {
    return list_folder(folder, folder.directory);
}

FolderContent list_folder(const MigrationFolder& folder, const fs::path& below) {
    FolderContent content;
    std::error_code failure;
    fs::directory_iterator entry(below, failure);
    while (!failure && entry != fs::directory_iterator()) {
        SourceFile found = source_file(folder, entry->path());
        std::error_code unknown;
        const bool is_folder = entry->is_directory(unknown);
        if (!found.name.starts_with('.'))
            (is_folder ? content.folders : content.files).push_back(std::move(found));
        entry.increment(failure);
    }
    if (failure) throw unreadable(shown_path(below, folder.root), failure);
    sort_by_name(content.files);
    sort_by_name(content.folders);
    return content;
}

std::vector<SourceFile> list_files_below(const MigrationFolder& folder) {
    std::vector<SourceFile> files;
    std::vector<fs::path> open{folder.directory};
    while (!open.empty()) {
        const fs::path next = std::move(open.back());
        open.pop_back();
        FolderContent content = list_folder(folder, next);
        std::move(content.files.begin(), content.files.end(), std::back_inserter(files));
        std::error_code failure;  // a link to a folder above would never end
        for (const SourceFile& inner : content.folders)
            if (!fs::is_symlink(inner.path, failure)) open.push_back(inner.path);
    }
    return files;
}

SourceFile source_file(const MigrationFolder& folder, const fs::path& path) {
    return {.path = path, .name = path.filename().native(), .shown = shown_path(path, folder.root)};
}

bool file_exists(const fs::path& path) noexcept {
    std::error_code failure;
    return fs::exists(path, failure);
}

std::string read_source(const SourceFile& file) {
    return read_migration_text(file.path, file.shown);
}

std::string_view leading_digits(std::string_view name) noexcept {
    return name.substr(0, std::min(name.find_first_not_of("0123456789"), name.size()));
}

std::string_view without_extension(std::string_view name) noexcept {
    const std::size_t dot = name.rfind('.');
    return dot == std::string_view::npos || dot == 0 ? name : name.substr(0, dot);
}

std::string_view extension_of(std::string_view name) noexcept {
    const std::string_view stem = without_extension(name);
    return stem.size() == name.size() ? std::string_view() : name.substr(stem.size() + 1);
}

std::string_view program_language(std::string_view name) noexcept {
    constexpr auto languages =
        std::to_array<std::pair<std::string_view, std::string_view>>({{"go", "Go"},
                                                                      {"ts", "TypeScript"},
                                                                      {"mts", "TypeScript"},
                                                                      {"js", "JavaScript"},
                                                                      {"mjs", "JavaScript"},
                                                                      {"cjs", "JavaScript"},
                                                                      {"py", "Python"},
                                                                      {"rb", "Ruby"},
                                                                      {"java", "Java"},
                                                                      {"kt", "Kotlin"},
                                                                      {"groovy", "Groovy"},
                                                                      {"php", "PHP"},
                                                                      {"rs", "Rust"},
                                                                      {"ex", "Elixir"},
                                                                      {"exs", "Elixir"},
                                                                      {"cs", "C#"},
                                                                      {"fizz", "fizz"},
                                                                      {"sh", "shell"}});
    if (name.ends_with("_test.go") || name.ends_with(".d.ts")) return {};
    const std::string_view extension = extension_of(name);
    const auto* const found =
        std::find_if(languages.begin(), languages.end(),
                     [&](const auto& language) { return language.first == extension; });
    return found == languages.end() ? std::string_view() : found->second;
}

}  // namespace keel
