#include "ops/kit/schema_sources.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view hint_mark = "-- keel:renamed-from ";
constexpr std::string_view backup_mark = "backup:";

bool is_address(std::string_view word) {
    for (const char* scheme : {"sqlite:", "sqlite3:", "file:", "postgres:", "postgresql:"})
        if (word.starts_with(scheme)) return true;
    return word.find("://") != std::string_view::npos;
}

std::optional<fs::path> existing_path(OperationContext& context, const std::string& word) {
    std::error_code ignored;
    for (const auto& path : {fs::absolute(word), context.project().root() / word})
        if (fs::exists(path, ignored)) return path.lexically_normal();
    return std::nullopt;
}

bool is_sqlite_file(const fs::path& path) {
    for (const char* ending : {".db", ".sqlite", ".sqlite3"})
        if (path.native().ends_with(ending)) return true;
    return false;
}

SchemaSource database_source(const DatabaseUrl& url) {
    SchemaSource source;
    source.kind = SchemaSource::Kind::database;
    source.url = url;
    source.shown = url.redacted();
    return source;
}

SchemaSource path_source(const fs::path& path, const std::string& shown) {
    if (is_sqlite_file(path))
        return database_source(DatabaseUrl::parse("sqlite:" + path.native(), path.parent_path()));
    SchemaSource source;
    source.kind = fs::is_directory(path) ? SchemaSource::Kind::folder : SchemaSource::Kind::file;
    source.path = path;
    source.shown = shown;
    return source;
}

SchemaSource backup_source(OperationContext& context, const std::string& id) {
    auto* backups = context.services().backup_schemas;
    if (backups == nullptr) throw Error(ErrorKind::internal, "no backups can be read here");
    SchemaSource source;
    source.kind = SchemaSource::Kind::backup;
    source.backup = backups->find(context, id.empty() ? "latest" : id);
    source.shown = "backup " + source.backup.id;
    return source;
}

SchemaSource models_source(OperationContext& context) {
    if (context.services().models == nullptr)
        throw Error(ErrorKind::config, "this program declares no models")
            .with_hint(
                "models are declared in C++ by an application that links the library; here, "
                "name a file or an environment");
    SchemaSource source;
    source.kind = SchemaSource::Kind::models;
    source.shown = "models";
    return source;
}

/// Ids begin with the day: "20261120t…".
bool is_backup_id(std::string_view word) {
    constexpr std::size_t day = 8;
    return word.size() > day && word[day] == 't' &&
           std::ranges::all_of(word.substr(0, day), [](char c) { return c >= '0' && c <= '9'; });
}

void collect_sql_files(const fs::path& folder, std::vector<fs::path>& files) {
    std::error_code failure;
    for (fs::recursive_directory_iterator entry(folder, failure), end; entry != end && !failure;
         entry.increment(failure)) {
        const bool is_hidden = entry->path().filename().native().starts_with('.');
        if (!is_hidden && entry->path().extension() == ".sql" && entry->is_regular_file())
            files.push_back(entry->path());
    }
    if (failure)
        throw Error(ErrorKind::io, fmt::format("cannot read the folder '{}': {}", folder.native(),
                                               failure.message()));
    std::ranges::sort(files);
}

SchemaScript read_script(const fs::path& path, const std::string& shown) {
    SchemaScript script{.shown = shown, .text = read_file(path)};
    const auto marker = script.text.find("-- migrate:");
    const bool is_migration =
        marker == 0 || (marker != std::string::npos && script.text[marker - 1] == '\n');
    if (!is_migration) return script;
    throw Error(ErrorKind::invalid_input,
                fmt::format("'{}' is a migration, and its sections are no schema", shown))
        .with_hint("name a file with the whole schema, or the environment where it is applied")
        .at({.file = shown, .line = line_column(script.text, marker).line, .column = 1});
}

/// The first name after CREATE TABLE, as written.
std::string table_of_line(std::string_view line) {
    auto words = split(replace_all(std::string(line), "(", " ( "), ' ');
    std::erase(words, "");
    std::size_t at = 0;
    const auto is = [&](std::string_view word) {
        return at < words.size() && equals_ignore_case(words[at], word);
    };
    if (!is("create")) return {};
    ++at;
    if (is("unlogged")) ++at;
    if (!is("table")) return {};
    ++at;
    if (is("if")) at += 3;
    return at < words.size() ? words[at] : std::string();
}

std::string unquoted(std::string_view name) {
    return replace_all(std::string(name), "\"", "");
}

}  // namespace

SchemaSource own_source(OperationContext& context) {
    SchemaSource source;
    source.kind = SchemaSource::Kind::environment;
    source.name = context.environment().name;
    source.shown = source.name;
    source.url = context.environment().url;
    return source;
}

bool has_declared_schema(OperationContext& context) {
    return context.services().models != nullptr || !context.project().migrations().schema.empty();
}

SchemaSource declared_source(OperationContext& context) {
    return context.services().models != nullptr ? models_source(context) : declared_file(context);
}

SchemaSource declared_file(OperationContext& context) {
    const auto& path = context.project().migrations().schema;
    if (path.empty())
        throw Error(ErrorKind::config, "no file with the declared schema is configured")
            .with_hint(
                "write schema = \"schema.sql\" under [migrations] in keel.toml, or name the "
                "file");
    return path_source(path, path.lexically_relative(context.project().root()).native());
}

SchemaSource find_source(OperationContext& context, const std::string& word) {
    if (word == "declared") return declared_source(context);
    if (word == "models") return models_source(context);
    if (word.starts_with(backup_mark))
        return backup_source(context, word.substr(backup_mark.size()));
    if (is_address(word))
        return database_source(DatabaseUrl::parse(word, context.project().root()));
    auto names = context.project().environment_names();
    const auto name = normalize_environment_name(word);
    if (std::ranges::find(names, name) != names.end()) {
        if (name == context.environment().name) return own_source(context);
        SchemaSource source;
        source.name = source.shown = name;
        source.url = context.project().environment(name).url;
        return source;
    }
    if (const auto path = existing_path(context, word)) return path_source(*path, word);
    if (is_backup_id(word)) return backup_source(context, word);
    throw Error(ErrorKind::not_found, fmt::format("there is no environment, file or folder '{}'{}",
                                                  word, did_you_mean(word, names)))
        .with_hint(fmt::format("environments: {}; or give a .sql file, a folder of them, a URL, "
                               "backup:ID or declared",
                               join(names, ", ")));
}

std::vector<SchemaScript> read_scripts(const SchemaSource& source) {
    if (source.kind == SchemaSource::Kind::file) return {read_script(source.path, source.shown)};
    std::vector<fs::path> files;
    collect_sql_files(source.path, files);
    if (files.empty())
        throw Error(ErrorKind::not_found, fmt::format("no .sql file is in '{}'", source.shown));
    std::vector<SchemaScript> scripts;
    for (const auto& file : files)
        scripts.push_back(read_script(
            file, (fs::path(source.shown) / file.lexically_relative(source.path)).native()));
    return scripts;
}

std::vector<RenameHint> rename_hints(std::string_view script) {
    std::vector<RenameHint> hints;
    std::string table;
    std::string waiting;  // a hint on a line of its own is for the next line with something on it
    for (const auto& raw : split(script, '\n')) {
        const auto line = trim(raw);
        const auto mark = line.find(hint_mark);
        const auto code = trim(line.substr(0, mark));
        if (const auto named = table_of_line(code); !named.empty()) {
            table = unquoted(named);
            if (!waiting.empty()) hints.push_back({table, std::exchange(waiting, "")});
            if (mark != std::string_view::npos)
                hints.push_back({table, unquoted(trim(line.substr(mark + hint_mark.size())))});
            continue;
        }
        if (mark != std::string_view::npos)
            waiting = unquoted(trim(line.substr(mark + hint_mark.size())));
        if (code.empty() || waiting.empty() || table.empty()) continue;
        const auto column = unquoted(code.substr(0, code.find_first_of(" \t,")));
        hints.push_back({table + '.' + column, std::exchange(waiting, "")});
    }
    return hints;
}

}  // namespace keel
