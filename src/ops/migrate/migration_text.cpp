#include "ops/migrate/migration_text.hpp"

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Line of the first line that is not UTF-8.
int first_bad_line(std::string_view text) {
    int line = 1;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (!is_valid_utf8(text.substr(0, end))) break;
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
        ++line;
    }
    return line;
}

Error not_text(const std::string& shown, int line, std::string_view why) {
    return Error(ErrorKind::invalid_input, fmt::format("{}: {}", shown, why))
        .with_hint("save the file as UTF-8 text")
        .at({.file = shown, .line = line, .column = 1});
}

/// The text that ends at the last character that is no blank.
std::string_view without_trailing_blanks(std::string_view line) noexcept {
    const std::size_t last = line.find_last_not_of(" \t\r\f\v");
    return last == std::string_view::npos ? std::string_view{} : line.substr(0, last + 1);
}

}  // namespace

std::string read_migration_text(const std::filesystem::path& path, const std::string& shown) {
    std::string text = read_file(path);
    if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
    if (const std::size_t nul = text.find('\0'); nul != std::string::npos)
        throw not_text(shown, line_column(text, nul).line, "the file holds a NUL byte");
    if (!is_valid_utf8(text))
        throw not_text(shown, first_bad_line(text), "the file is not valid UTF-8");
    return text;
}

std::string migration_checksum(std::string_view text) {
    std::string normal;
    normal.reserve(text.size());
    std::size_t end_of_content = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = without_trailing_blanks(text.substr(0, end));
        normal.append(line);
        if (!line.empty()) end_of_content = normal.size();
        normal.push_back('\n');
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return digest_hex(std::string_view(normal).substr(0, end_of_content));
}

}  // namespace keel
