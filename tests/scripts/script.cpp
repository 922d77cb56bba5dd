#include "script.hpp"

#include <fmt/format.h>

#include <cctype>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace keel::scripts {

namespace {

bool is_file_header(std::string_view line) {
    return line.starts_with("-- ") && line.ends_with(" --") && line.size() > 6;
}

Step parse_step(std::string_view line, int number) {
    Step step;
    step.line = number;
    if (line.front() == '[') {
        const std::size_t end = line.find(']');
        step.engine = line.substr(1, end - 1);
        line = trim(line.substr(std::min(end, line.size() - 1) + 1));
    }
    if (line.starts_with("! ")) {
        step.negated = true;
        line = trim(line.substr(2));
    }
    const std::size_t blank = line.find(' ');
    step.verb = line.substr(0, blank);
    if (blank != std::string_view::npos) step.argument = trim(line.substr(blank + 1));
    return step;
}

bool is_name_character(char c) {
    return std::isupper(static_cast<unsigned char>(c)) != 0 ||
           std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '_';
}

}  // namespace

Script parse_script(std::string name, std::string_view text) {
    Script script;
    script.name = std::move(name);
    int number = 0;
    for (const std::string& line : split(text, '\n')) {
        ++number;
        if (is_file_header(line)) {
            script.files.emplace_back(line.substr(3, line.size() - 6), "");
            continue;
        }
        if (!script.files.empty()) {
            script.files.back().second += line + "\n";
            continue;
        }
        const std::string_view trimmed = trim(line);
        if (trimmed.empty() || trimmed.front() == '#') continue;
        Step step = parse_step(trimmed, number);
        if (step.verb == "engines") {
            script.engines = split_words(step.argument);
        } else {
            script.steps.push_back(std::move(step));
        }
    }
    // The text ends with a line end, which is no empty line of the last file.
    if (!script.files.empty() && text.ends_with('\n')) script.files.back().second.pop_back();
    return script;
}

Script read_script(const std::filesystem::path& path) {
    Script script = parse_script(path.stem().string(), read_file(path));
    script.path = path;
    return script;
}

std::string expand(std::string_view text, const Variables& variables) {
    std::string result;
    while (!text.empty()) {
        const std::size_t dollar = text.find('$');
        result += text.substr(0, dollar);
        if (dollar == std::string_view::npos) break;
        text.remove_prefix(dollar + 1);
        std::size_t length = 0;
        while (length < text.size() && is_name_character(text[length])) ++length;
        const auto found = variables.find(text.substr(0, length));
        result +=
            found == variables.end() ? "$" + std::string(text.substr(0, length)) : found->second;
        text.remove_prefix(length);
    }
    return result;
}

std::vector<std::string> split_words(std::string_view text) {
    std::vector<std::string> words;
    bool in_word = false;
    char quote = 0;
    for (const char c : text) {
        if (quote != 0) {
            if (c == quote) {
                quote = 0;
            } else {
                words.back() += c;
            }
            continue;
        }
        if (c == ' ') {
            in_word = false;
            continue;
        }
        if (!in_word) words.emplace_back();
        in_word = true;
        if (c == '\'' || c == '"') {
            quote = c;
        } else {
            words.back() += c;
        }
    }
    if (quote != 0) throw Error(ErrorKind::invalid_input, fmt::format("unclosed quote: {}", text));
    return words;
}

}  // namespace keel::scripts
