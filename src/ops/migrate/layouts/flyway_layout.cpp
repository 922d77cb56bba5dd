#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/migrate/layouts/assemble.hpp"
#include "ops/migrate/layouts/flyway_name.hpp"
#include "ops/migrate/layouts/foreign_layouts.hpp"

namespace keel {
namespace {

/// The settings beside a script, `V1__x.sql.conf`, that say how it runs.
struct ScriptSettings {
    bool transaction = true;
    bool runs = true;
    bool placeholders = true;
};

ScriptSettings read_settings(const SourceFile& file) {
    ScriptSettings settings;
    SourceFile beside{.path = file.path.native() + ".conf",
                      .name = file.name + ".conf",
                      .shown = file.shown + ".conf"};
    if (!file_exists(beside.path)) return settings;
    for (const std::string& line : split(read_source(beside), '\n')) {
        const std::size_t equals = line.find('=');
        if (equals == std::string::npos) continue;
        const std::string_view key = trim(std::string_view(line).substr(0, equals));
        const bool is_off = trim(std::string_view(line).substr(equals + 1)) == "false";
        if (key == "executeInTransaction") settings.transaction = !is_off;
        if (key == "shouldExecute") settings.runs = !is_off;
        if (key == "placeholderReplacement") settings.placeholders = !is_off;
    }
    return settings;
}

Error misnamed(const SourceFile& file) {
    return Error(ErrorKind::invalid_input,
                 fmt::format("'{}' is not named as Flyway names migrations", file.name))
        .with_hint(
            "write V<version>__<description>.sql with two underscores, the version of digits and "
            "full stops; or move it elsewhere")
        .at({.file = file.shown});
}

class FlywayReader {
  public:
    explicit FlywayReader(const MigrationFolder& folder) {
        for (const SourceFile& file : list_files_below(folder)) take(file);
    }

    std::vector<Migration> migrations() {
        add_undos();
        std::sort(versioned_.begin(), versioned_.end(), [](const Entry& a, const Entry& b) {
            if (flyway_version_key(a.version) == flyway_version_key(b.version))
                return a.migration.kind < b.migration.kind;
            return version_less(flyway_version_key(a.version), flyway_version_key(b.version));
        });
        refuse_twins();
        std::sort(repeatable_.begin(), repeatable_.end(),
                  [](const Migration& a, const Migration& b) { return a.version < b.version; });
        std::vector<Migration> all;
        for (Entry& entry : versioned_) all.push_back(std::move(entry.migration));
        std::move(repeatable_.begin(), repeatable_.end(), std::back_inserter(all));
        return all;
    }

  private:
    struct Entry {
        std::string version;
        SourceFile file;
        Migration migration;
    };

    void take(const SourceFile& file) {
        const auto name = parse_flyway_name(file.name);
        if (!name) {
            if (is_nearly_flyway_name(file.name)) throw misnamed(file);
            return;
        }
        switch (name->kind) {
            case FlywayKind::versioned:
                return take_versioned(file, *name, MigrationKind::versioned);
            case FlywayKind::baseline:
                return take_versioned(file, *name, MigrationKind::baseline);
            case FlywayKind::undo:
                return take_undo(file, *name);
            case FlywayKind::repeatable:
                return take_repeatable(file, *name);
        }
    }

    void take_versioned(const SourceFile& file, const FlywayName& name, MigrationKind kind) {
        const std::string version =
            kind == MigrationKind::baseline ? "B" + name.version : name.version;
        versioned_.push_back({.version = name.version,
                              .file = file,
                              .migration = read(file, version, name.description, kind)});
    }

    void take_repeatable(const SourceFile& file, const FlywayName& name) {
        repeatable_.push_back(read(file, "R__" + name.description, "", MigrationKind::repeatable));
    }

    void take_undo(const SourceFile& file, const FlywayName& name) {
        const auto [found, is_new] = undos_.emplace(flyway_version_key(name.version), file);
        if (is_new) return;
        throw Error(ErrorKind::invalid_input, fmt::format("'{}' and '{}' undo the same version",
                                                          found->second.shown, file.shown))
            .with_hint("keep one of them")
            .at({.file = file.shown});
    }

    static Migration read(const SourceFile& file, const std::string& version,
                          const std::string& name, MigrationKind kind) {
        if (extension_of(file.name) != "sql") {
            Migration migration = program_migration(version, name, file, "Flyway");
            migration.kind = kind;
            return migration;
        }
        const ScriptSettings settings = read_settings(file);
        Migration migration = assemble({.version = version,
                                        .name = name,
                                        .up = file,
                                        .down = {},
                                        .verify = {},
                                        .transaction = settings.transaction,
                                        .kind = kind});
        migration.has_placeholders = settings.placeholders;
        if (!settings.runs) {
            migration.problem = fmt::format("'{}.conf' says shouldExecute=false", file.shown);
            migration.problem_hint = fmt::format(
                "take that away; or pass it over with: keel migrate up --skip {}", version);
        }
        return migration;
    }

    void add_undos() {
        for (Entry& entry : versioned_) {
            const auto undo = undos_.find(flyway_version_key(entry.version));
            if (undo == undos_.end() || entry.migration.kind != MigrationKind::versioned) continue;
            if (extension_of(undo->second.name) != "sql") continue;
            const ScriptSettings settings = read_settings(undo->second);
            Migration down = assemble({.version = {},
                                       .name = {},
                                       .up = {},
                                       .down = undo->second,
                                       .verify = {},
                                       .down_transaction = settings.transaction});
            MigrationSection& section = down.down.front();
            if (!entry.migration.up.empty())
                section.offset = entry.migration.up.front().text.size() + 1;
            entry.migration.down = std::move(down.down);
        }
    }

    void refuse_twins() const {
        const auto twin = std::adjacent_find(
            versioned_.begin(), versioned_.end(), [](const Entry& a, const Entry& b) {
                return a.migration.kind == b.migration.kind &&
                       flyway_version_key(a.version) == flyway_version_key(b.version);
            });
        if (twin == versioned_.end()) return;
        const Entry& other = *std::next(twin);
        throw Error(ErrorKind::invalid_input,
                    fmt::format("'{}' and '{}' have the same version {}", twin->file.shown,
                                other.file.shown, flyway_version_key(twin->version)))
            .with_hint("give the newer of the two another version")
            .at({.file = other.file.shown});
    }

    std::vector<Entry> versioned_;
    std::vector<Migration> repeatable_;
    std::map<std::string, SourceFile> undos_;
};

class FlywayLayout final : public MigrationLayout {
  public:
    std::string_view name() const noexcept override { return "flyway"; }

    std::vector<Migration> read(const MigrationFolder& folder) const override {
        return FlywayReader(folder).migrations();
    }

    std::vector<NewFile> new_files(std::string_view version, std::string_view name) const override {
        return {{.path = fmt::format("V{}__{}.sql", version, name), .text = {}},
                {.path = fmt::format("U{}__{}.sql", version, name), .text = {}}};
    }
};

}  // namespace

const MigrationLayout& flyway_layout() {
    static const FlywayLayout layout;
    return layout;
}

}  // namespace keel
