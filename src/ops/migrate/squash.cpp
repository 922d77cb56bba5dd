#include "ops/migrate/squash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <system_error>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "ops/migrate/prepare.hpp"
#include "ops/migrate/scratch_replay.hpp"
#include "ops/migrate/sources.hpp"
#include "ops/migrate/standing.hpp"

namespace keel {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view squashed_name = "squashed";

Error cannot_join(const Migration& migration, std::string_view why) {
    return Error(ErrorKind::unsupported,
                 fmt::format("'{}' cannot be joined with others: {}", migration.file.native(), why))
        .with_hint("squash what stands before it with --to")
        .at({.file = migration.file.native()});
}

/// Layouts whose files can say that they want no transaction, and how.
std::string_view no_transaction_line(std::string_view layout) noexcept {
    if (layout == "goose") return "-- +goose NO TRANSACTION\n";
    if (layout == "sqlx") return "-- no-transaction\n";
    return "";
}

void check_joinable(const Migration& migration, std::string_view layout) {
    if (!migration.problem.empty()) throw cannot_join(migration, migration.problem);
    if (migration.code) throw cannot_join(migration, "it is code of the application");
    if (migration.kind != MigrationKind::versioned)
        throw cannot_join(migration, "it is no ordinary version");
    for (const auto* sections : {&migration.up, &migration.down}) {
        for (const MigrationSection& section : *sections) {
            const bool is_native = layout == "keel";
            if (section.engine && !is_native)
                throw cannot_join(migration, "it has a section for one engine");
            if (!section.transaction && !is_native && no_transaction_line(layout).empty())
                throw cannot_join(migration, "it wants to run without a transaction");
            if (!section.probe.empty())
                throw cannot_join(migration, "its probe is for one statement alone");
        }
    }
}

/// The versioned files up to the wanted one.
std::vector<const Migration*> select_files(const std::vector<Migration>& files,
                                           const std::string& to, std::string_view layout) {
    std::vector<std::string> known;
    for (const Migration& file : files) known.push_back(file.version);
    const std::string_view wanted = to.empty() ? "" : version_of_argument(to, known);
    std::vector<const Migration*> selected;
    bool is_found = to.empty();
    for (const Migration& file : files) {
        if (to.empty() && file.kind != MigrationKind::versioned) continue;
        selected.push_back(&file);
        is_found = is_found || version_key(file.version) == version_key(wanted);
        if (is_found && !to.empty()) break;
    }
    if (!is_found)
        throw Error(ErrorKind::not_found,
                    fmt::format("no migration has the version '{}'{}", to, did_you_mean(to, known)))
            .with_hint("list them with: keel migrate status");
    for (const Migration* file : selected) check_joinable(*file, layout);
    return selected;
}

using EngineChoice = std::optional<EngineKind>;

std::string joined_text(const std::vector<MigrationSection>& all, const Migration& of,
                        EngineChoice engine) {
    std::vector<MigrationSection> sections;
    for (const MigrationSection& section : all)
        if (!engine || !section.engine || *section.engine == *engine) sections.push_back(section);
    std::string text = fmt::format("-- {}\n", of.file.filename().native() == "up.sql" ||
                                                      of.file.filename().native() == "migration.sql"
                                                  ? of.file.parent_path().filename().native()
                                                  : of.file.filename().native());
    for (const MigrationSection& section : sections) text += std::string(trim(section.text)) + "\n";
    // The last statement of a file may have no semicolon.
    if (sections.empty()) return text + "\n";
    const std::string_view content = trim(sections.back().text);
    if (!content.empty() && !content.ends_with(';')) text += ";\n";
    return text + "\n";
}

/// What the joined file says for one engine, or for all.
struct SquashedTexts {
    EngineChoice engine;
    std::string up;
    std::string down;  ///< empty when one of them has none
    bool up_in_transaction = true;
    bool down_in_transaction = true;
};

bool all_in_transaction(const std::vector<const Migration*>& files,
                        std::vector<MigrationSection> Migration::* sections, EngineChoice engine) {
    for (const Migration* file : files)
        for (const MigrationSection& section : file->*sections) {
            const bool is_for = !engine || !section.engine || *section.engine == *engine;
            if (is_for && !section.transaction) return false;
        }
    return true;
}

SquashedTexts join_files(const std::vector<const Migration*>& files, EngineChoice engine) {
    SquashedTexts texts{.engine = engine};
    std::vector<std::string> versions;
    bool has_down = true;
    for (const Migration* file : files) {
        versions.push_back(file->version);
        for (const std::string& replaced : file->replaces)
            if (replaced != file->version) versions.push_back(replaced);
        has_down = has_down && file->has_down();
    }
    texts.up_in_transaction = all_in_transaction(files, &Migration::up, engine);
    texts.down_in_transaction = all_in_transaction(files, &Migration::down, engine);
    texts.up = fmt::format("{} {}\n\n", replaces_mark, join(versions, " "));
    for (const Migration* file : files) texts.up += joined_text(file->up, *file, engine);
    if (!has_down) return texts;
    for (auto file = files.rbegin(); file != files.rend(); ++file)
        texts.down += joined_text((*file)->down, **file, engine);
    return texts;
}

/// One text for all engines, or one for each where a file has something for one of them.
std::vector<SquashedTexts> join_files(const std::vector<const Migration*>& files) {
    bool is_divided = false;
    for (const Migration* file : files)
        for (const auto* sections : {&file->up, &file->down})
            for (const MigrationSection& section : *sections)
                is_divided = is_divided || section.engine.has_value();
    if (!is_divided) return {join_files(files, std::nullopt)};
    return {join_files(files, EngineKind::postgres), join_files(files, EngineKind::sqlite)};
}

std::string native_text(const std::vector<SquashedTexts>& all) {
    std::string text;
    const auto add = [&](std::string_view kind, const SquashedTexts& one, const std::string& sql,
                         bool in_transaction) {
        text += fmt::format("-- migrate:{}{}{}\n{}", kind,
                            one.engine ? fmt::format(" engine:{}", to_string(*one.engine)) : "",
                            in_transaction ? "" : " transaction:false", sql);
    };
    for (const SquashedTexts& one : all) add("up", one, one.up, one.up_in_transaction);
    for (const SquashedTexts& one : all)
        if (!one.down.empty()) add("down", one, one.down, one.down_in_transaction);
    return text;
}

/// The files in the layout's own form.
std::vector<NewFile> squashed_files(const MigrationLayout& layout, const std::string& version,
                                    const std::vector<SquashedTexts>& all) {
    std::vector<NewFile> files = layout.new_files(version, squashed_name);
    const SquashedTexts& texts = all.front();
    if (layout.name() == "keel") {
        files[0].text = native_text(all);
        return files;
    }
    const std::string_view first = texts.up_in_transaction && texts.down_in_transaction
                                       ? ""
                                       : no_transaction_line(layout.name());
    if (layout.name() == "goose") {
        files[0].text = fmt::format("{}-- +goose Up\n{}", first, texts.up);
        if (!texts.down.empty()) files[0].text += fmt::format("-- +goose Down\n{}", texts.down);
        return files;
    }
    files[0].text = std::string(texts.up_in_transaction ? "" : first) + texts.up;
    if (files.size() > 1)
        files[1].text = std::string(texts.down_in_transaction ? "" : first) + texts.down;
    if (files.size() > 1 && texts.down.empty()) files.resize(1);
    return files;
}

/// What the new file is, read as it will be read: from a folder that holds it alone.
Migration read_squashed(OperationContext& context, const MigrationLayout& layout,
                        const std::vector<NewFile>& files) {
    const fs::path root = context.project().state_directory() / "squash";
    remove_durably(root);
    MigrationFolder folder = migration_folder(context);
    folder.directory = root;
    for (const NewFile& file : files) {
        create_directories_durably((root / file.path).parent_path());
        write_file_atomically(root / file.path, file.text);
    }
    auto read = layout.read(folder);
    remove_durably(root);
    if (read.size() != 1)
        throw Error(ErrorKind::internal, "the joined file cannot be read back")
            .with_hint("report this");
    return std::move(read.front());
}

std::vector<fs::path> files_of(const std::vector<const Migration*>& migrations,
                               const fs::path& root) {
    std::vector<fs::path> paths;
    for (const Migration* migration : migrations) {
        paths.push_back(root / migration->file);
        for (const auto* sections : {&migration->up, &migration->down, &migration->verify})
            for (const MigrationSection& section : *sections)
                if (!section.file.empty()) paths.push_back(root / section.file);
    }
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    return paths;
}

/// Out of the way, and still there.
void move_aside(const std::vector<fs::path>& files, const fs::path& folder, const fs::path& aside) {
    for (const fs::path& file : files) {
        const fs::path target = aside / file.lexically_relative(folder);
        create_directories_durably(target.parent_path());
        std::error_code failure;
        fs::rename(file, target, failure);
        if (failure)
            throw Error(ErrorKind::partial,
                        fmt::format("the joined file is written, but '{}' could not be moved away: "
                                    "{}",
                                    file.native(), failure.message()))
                .with_hint("move it away by hand: the joined file stands for it");
        if (fs::is_empty(file.parent_path(), failure) && file.parent_path() != folder)
            fs::remove(file.parent_path(), failure);
    }
}

void prove(OperationContext& context, const std::vector<const Migration*>& selected,
           const Migration& joined) {
    const ReplayResult before = replay_in_scratch(context, selected);
    const ReplayResult after = replay_in_scratch(context, {&joined});
    if (before == after) return;
    throw Error(ErrorKind::integrity,
                before.fingerprint == after.fingerprint
                    ? "the joined file makes other rows than the files it is made of"
                    : "the joined file makes another schema than the files it is made of")
        .with_hint("nothing was changed; squash fewer of them with --to");
}

/// Puts the joined files in their places and those they stand for into `aside`.
void write_squashed(const std::vector<NewFile>& written,
                    const std::vector<const Migration*>& selected, const MigrationFolder& folder,
                    const fs::path& aside) {
    const auto old = files_of(selected, folder.root);
    for (const NewFile& file : written) {
        fs::create_directories((folder.directory / file.path).parent_path());
        AtomicFile out(folder.directory / file.path, 0644, false);
        out.write(file.text);
        out.finish();
    }
    move_aside(old, folder.directory, aside);
}

}  // namespace

void migrate_squash(OperationContext& context, const OptionValues& options, Report& report) {
    const MigrationLayout& layout = project_layout(context);
    const auto files = read_migrations(context);
    const auto selected = select_files(files, options.text("to"), layout.name());
    if (selected.size() < 2) {
        report.result.set("replaced", Json::array());
        report.body.emplace_back(
            MarkedLine{Mark::ok, "nothing to do: there are no two migrations to join"});
        return;
    }
    const std::string version = selected.back()->version;
    const auto texts = join_files(selected);
    const auto written = squashed_files(layout, version, texts);
    if (texts.size() > 1)
        report.warnings.push_back(
            fmt::format("the joined file has sections for both engines, and was tried on {} alone",
                        to_string(context.engine().kind())));
    const Migration joined = read_squashed(context, layout, written);
    prove(context, selected, joined);
    const MigrationFolder folder = migration_folder(context);
    const fs::path aside = context.project().state_directory() / "squashed" / version;
    const bool is_dry = context.invocation().dry_run;
    if (!is_dry) write_squashed(written, selected, folder, aside);
    Json replaced = Json::array();
    for (const Migration* file : selected) replaced.push_back(file->version);
    const std::string shown = shown_path(folder.directory / written.front().path, folder.root);
    report.result.set("file", shown).set("version", version);
    report.result.set("replaced", std::move(replaced)).set("proven", true);
    report.body.emplace_back(MarkedLine{
        is_dry ? Mark::skipped : Mark::ok,
        fmt::format("{} {} for {} migrations: the same schema and rows, tried in a scratch "
                    "database",
                    is_dry ? "would write" : "wrote", shown, selected.size())});
    if (!is_dry)
        report.body.emplace_back(MarkedLine{
            Mark::ok, fmt::format("the old files are in {}", shown_path(aside, folder.root))});
    report.next_steps.emplace_back("keel migrate status");
}

}  // namespace keel
