#include "cli/completion.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "cli/command_words.hpp"
#include "cli/global_options.hpp"

namespace keel {

namespace {

using Candidates = std::vector<Candidate>;

Candidates fixed(std::initializer_list<std::string_view> texts) {
    Candidates result;
    for (const std::string_view text : texts) result.push_back({std::string(text), ""});
    return result;
}

/// What an option's value is, told by its command and name: the specs say no more than people need.
Candidates values_of(const OperationSpec* spec, const OptionSpec& option, const ValueLister& list) {
    const std::string_view command = spec == nullptr ? "" : spec->name;
    const std::string_view name = option.name;
    if (name == "shell") return fixed({"bash", "fish", "zsh"});
    if (name == "project" || name == "migrations" || name == "repository")
        return fixed({":folders"});
    if (name == "env" || name == "confirm") return list(ValueSource::environments);
    if (command.starts_with("env ") && is_positional(option))
        return list(ValueSource::environments);
    if (command.starts_with("backup ") && name == "to") return list(ValueSource::environments);
    if (command.starts_with("backup ") && name == "id") return list(ValueSource::backups);
    if (command.starts_with("migrate ") && (name == "to" || name == "version")) {
        return list(ValueSource::migrations);
    }
    if (name == "file" || name == "database") return fixed({":files"});
    return {};
}

std::vector<const OptionSpec*> options_of(const OperationSpec* spec) {
    std::vector<const OptionSpec*> result;
    if (spec != nullptr) {
        for (const OptionSpec& option : spec->options) result.push_back(&option);
    }
    for (const OptionSpec& option : global_options()) result.push_back(&option);
    return result;
}

bool is_named(const OptionSpec& option, std::string_view word) {
    if (is_positional(option)) return false;
    if (word.starts_with("--")) return word.substr(2) == option.name;
    return word.size() == 2 && word[0] == '-' && word[1] == option.short_name;
}

const OptionSpec* find_option(const OperationSpec* spec, std::string_view word) {
    for (const OptionSpec* option : options_of(spec)) {
        if (is_named(*option, word)) return option;
    }
    return nullptr;
}

/// The option whose value the last word is, in "--option value".
const OptionSpec* awaiting_value(const OperationSpec* spec, std::span<const std::string> before) {
    if (before.empty() || !before.back().starts_with('-')) return nullptr;
    const OptionSpec* option = find_option(spec, before.back());
    return option != nullptr && option->type != OptionType::flag ? option : nullptr;
}

Candidates option_names(const OperationSpec* spec) {
    Candidates result;
    for (const OptionSpec* option : options_of(spec)) {
        if (!is_positional(*option)) {
            result.push_back({"--" + std::string(option->name), std::string(option->help)});
        }
    }
    return result;
}

/// The next word of every command that continues the words so far.
Candidates next_words(const std::vector<std::string>& words, const CommandTable& table) {
    const std::string prefix = words.empty() ? "" : join(words, " ") + " ";
    Candidates result;
    for (const OperationSpec* spec : table.all()) {
        if (!spec->name.starts_with(prefix)) continue;
        const std::string_view tail = spec->name.substr(prefix.size());
        const std::size_t blank = tail.find(' ');
        const std::string word(tail.substr(0, blank));
        const bool is_whole = blank == std::string_view::npos;
        if (std::ranges::find(result, word, &Candidate::text) != result.end()) continue;
        result.push_back({word, is_whole ? std::string(spec->summary) : word + " …"});
    }
    return result;
}

/// How many positionals stand before the last word.
std::size_t positionals_before(const OperationSpec& spec, std::span<const std::string> rest) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        if (!rest[i].starts_with('-')) {
            ++count;
            continue;
        }
        const OptionSpec* option = find_option(&spec, rest[i]);
        if (option != nullptr && option->type != OptionType::flag) ++i;
    }
    return count;
}

Candidates positional_values(const OperationSpec& spec, std::size_t position,
                             const ValueLister& list) {
    for (const OptionSpec& option : spec.options) {
        if (!is_positional(option)) continue;
        if (position == 0 || option.type == OptionType::positionals) {
            return values_of(&spec, option, list);
        }
        --position;
    }
    return {};
}

/// "--env=de" completes to "--env=dev".
Candidates attached_values(const OperationSpec* spec, std::string_view word,
                           const ValueLister& list) {
    const std::string_view name = word.substr(0, word.find('='));
    const OptionSpec* option = find_option(spec, name);
    if (option == nullptr) return {};
    Candidates result = values_of(spec, *option, list);
    for (Candidate& candidate : result) {
        if (!candidate.text.starts_with(':'))
            candidate.text = std::string(name) + "=" + candidate.text;
    }
    return result;
}

Candidates all_candidates(std::span<const std::string> words, const CommandTable& table,
                          const ValueLister& list) {
    const std::string& last = words.back();
    const auto before = words.first(words.size() - 1);
    const CommandWords command = find_command(before, table);
    if (const OptionSpec* option = awaiting_value(command.spec, before)) {
        return values_of(command.spec, *option, list);
    }
    if (last.starts_with("--") && last.find('=') != std::string::npos) {
        return attached_values(command.spec, last, list);
    }
    if (last.starts_with('-')) return option_names(command.spec);
    if (command.spec != nullptr && command.spec->name == "help")
        return next_words(command.rest, table);
    if (command.spec == nullptr) return next_words(command.words, table);
    return positional_values(*command.spec, positionals_before(*command.spec, command.rest), list);
}

}  // namespace

std::vector<Candidate> complete(std::span<const std::string> words, const CommandTable& table,
                                const ValueLister& list_values) {
    if (words.empty()) return {};
    Candidates result = all_candidates(words, table, list_values);
    std::erase_if(result, [&](const Candidate& candidate) {
        return !candidate.text.starts_with(':') && !candidate.text.starts_with(words.back());
    });
    return result;
}

std::string render_candidates(std::span<const Candidate> candidates) {
    std::string result;
    for (const Candidate& candidate : candidates) {
        result += escape_controls(candidate.text);
        if (!candidate.description.empty()) result += "\t" + escape_controls(candidate.description);
        result += "\n";
    }
    return result;
}

}  // namespace keel
