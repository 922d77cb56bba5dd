#include "config/selection.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::size_t longest_name = 64;

std::filesystem::path own_file(const std::filesystem::path& state_directory) {
    return state_directory / "environment";
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= longest_name &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
           });
}

std::optional<std::string> read_if_present(const std::filesystem::path& path) {
    try {
        return read_file(path, 64 * 1024);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::not_found) return std::nullopt;
        throw;
    }
}

std::optional<Selection> read_own(const std::filesystem::path& path) {
    const auto text = read_if_present(path);
    if (!text) return std::nullopt;
    const auto line_end = text->find('\n');
    const auto name = trim(std::string_view(*text).substr(0, line_end));
    try {
        if (!is_name(name) || line_end == std::string::npos)
            throw Error(ErrorKind::invalid_input, "it does not hold a name and a time");
        return Selection{std::string(name), "keel env use",
                         parse_utc(trim(std::string_view(*text).substr(line_end + 1)))};
    } catch (const Error& error) {
        throw Error(ErrorKind::config,
                    fmt::format("the selected environment cannot be read: {}", error.message()))
            .with_hint("select one again: keel env use NAME")
            .at({path.string(), 1, 1, 0});
    }
}

TimePoint written_at(const std::filesystem::path& path) {
    const auto since = std::filesystem::last_write_time(path).time_since_epoch();
    const auto offset = std::chrono::file_clock::to_sys(std::chrono::file_clock::time_point(since));
    return std::chrono::time_point_cast<std::chrono::milliseconds>(offset);
}

void refuse_foreign_content(const std::filesystem::path& path) {
    const auto text = read_if_present(path);
    if (!text || trim(*text).empty() || is_name(trim(*text))) return;
    throw Error(ErrorKind::refused,
                fmt::format("the state file '{}' holds more than the name of an environment",
                            path.string()))
        .with_hint("nothing was changed; take it out of [project] state_files in keel.toml");
}

}  // namespace

std::optional<Selection> read_selection(const std::filesystem::path& state_directory,
                                        const std::vector<std::filesystem::path>& state_files) {
    if (auto own = read_own(own_file(state_directory))) return own;
    for (const auto& file : state_files) {
        const auto text = read_if_present(file);
        const auto name = text ? trim(*text) : std::string_view();
        if (is_name(name))
            return Selection{std::string(name), file.filename().string(), written_at(file)};
    }
    return std::nullopt;
}

void write_selection(const std::filesystem::path& state_directory,
                     const std::vector<std::filesystem::path>& state_files,
                     const NewSelection& selection) {
    for (const auto& file : state_files) refuse_foreign_content(file);
    if (selection.name.empty()) {
        for (const auto& file : state_files) remove_durably(file);
        return remove_durably(own_file(state_directory));
    }
    create_directories_durably(state_directory);
    for (const auto& file : state_files)
        write_file_atomically(file, selection.written + "\n", 0644);
    write_file_atomically(own_file(state_directory),
                          fmt::format("{}\n{}\n", selection.name, format_utc(selection.at)));
}

}  // namespace keel
