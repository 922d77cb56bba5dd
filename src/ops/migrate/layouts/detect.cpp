#include "ops/migrate/layouts/detect.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/migrate/layouts/flyway_name.hpp"
#include "ops/migrate/layouts/foreign_layouts.hpp"
#include "ops/migrate/layouts/pop_name.hpp"
#include "ops/migrate/layouts/source_files.hpp"
#include "ops/migrate/marker_line.hpp"
#include "ops/migrate/native_layout.hpp"

namespace keel {
namespace {

/// How many files are marked as whose.
struct Marks {
    int keel = 0;
    int goose = 0;
    int sqlx = 0;
};

bool is_goose_line(std::string_view line) {
    const std::string_view comment = trim(line);
    return comment.starts_with("--") && starts_with_ignore_case(trim(comment.substr(2)), "+goose");
}

void count_marks(const SourceFile& file, Marks& marks) {
    std::string text;
    try {
        text = read_source(file);
    } catch (const Error&) {
        return;  // whoever reads the folder says what is wrong with it
    }
    marks.sqlx += text.starts_with("-- no-transaction") ? 1 : 0;
    const std::string lower = to_lower(text);
    const bool may_be_marked =
        lower.find("+goose") != std::string::npos || lower.find("migrate:") != std::string::npos;
    if (!may_be_marked) return;
    bool is_keel = false;
    bool is_goose = false;
    for (const std::string& line : split(text, '\n')) {
        is_keel = is_keel || is_marker_line(line);
        is_goose = is_goose || is_goose_line(line);
    }
    marks.keel += is_keel ? 1 : 0;
    marks.goose += is_goose ? 1 : 0;
}

Marks count_marks(const std::vector<SourceFile>& files) {
    Marks marks;
    for (const SourceFile& file : files)
        if (extension_of(file.name) == "sql") count_marks(file, marks);
    return marks;
}

/// In a large folder a sample that is of one mind speaks for all; otherwise every file is read.
Marks marks_of(const std::vector<SourceFile>& files) {
    constexpr std::size_t sample_size = 32;
    if (files.size() <= 2 * sample_size) return count_marks(files);
    std::vector<SourceFile> sample;
    for (std::size_t i = 0; i < sample_size; ++i)
        sample.push_back(files[i * files.size() / sample_size]);
    const Marks marks = count_marks(sample);
    const int all = static_cast<int>(sample_size);
    const bool is_one_minded =
        (marks.keel == all && marks.goose == 0) || (marks.goose == all && marks.keel == 0);
    return is_one_minded ? marks : count_marks(files);
}

/// What the names of the files say.
struct Names {
    int sql = 0;
    int pairs = 0;          ///< .up.sql or .down.sql
    int dialects = 0;       ///< pop's: for one dialect, or fizz
    bool has_bare = false;  ///< numbered, neither up nor down
};

Names look_at_names(const std::vector<SourceFile>& files) {
    Names names;
    for (const SourceFile& file : files) {
        const auto pop = parse_pop_name(file.name);
        if (pop && (!pop->dialect.empty() || pop->autocommit || file.name.ends_with(".fizz")))
            ++names.dialects;
        if (extension_of(file.name) != "sql") continue;
        ++names.sql;
        const bool is_pair = file.name.ends_with(".up.sql") || file.name.ends_with(".down.sql");
        names.pairs += is_pair ? 1 : 0;
        const bool is_numbered = !leading_digits(file.name).empty();
        names.has_bare = names.has_bare || (!is_pair && is_numbered);
    }
    return names;
}

bool looks_like_flyway(const MigrationFolder& folder) {
    const auto files = list_files_below(folder);
    return std::any_of(files.begin(), files.end(), [](const SourceFile& file) {
        const auto name = parse_flyway_name(file.name);
        return name && !name->description.empty();
    });
}

/// A tool whose migrations are folders; null when there are none.
const MigrationLayout* layout_of_folders(const std::vector<SourceFile>& folders) {
    for (const SourceFile& folder : folders) {
        if (file_exists(folder.path / "up.sql")) return &diesel_layout();
        if (!file_exists(folder.path / "migration.sql")) continue;
        return file_exists(folder.path / "snapshot.json") ? &drizzle_layout() : &prisma_layout();
    }
    return nullptr;
}

const MigrationLayout& native_layout() {
    static const NativeLayout layout;
    return layout;
}

const MigrationLayout& layout_of_files(const MigrationFolder& folder,
                                       const std::vector<SourceFile>& files) {
    const Names names = look_at_names(files);
    if (names.dialects > 0) return pop_layout();
    const Marks marks = marks_of(files);
    if (marks.goose > 0 && marks.goose >= marks.keel) return goose_layout();
    if (marks.keel > 0) return native_layout();
    if (looks_like_flyway(folder)) return flyway_layout();
    if (names.pairs > 0)
        return marks.sqlx > 0 || names.has_bare ? sqlx_layout() : golang_migrate_layout();
    if (marks.sqlx > 0) return sqlx_layout();
    const bool has_programs = std::any_of(files.begin(), files.end(), [](const SourceFile& file) {
        return !leading_digits(file.name).empty() && program_language(file.name) == "Go";
    });
    if (names.sql == 0 && has_programs) return goose_layout();
    return names.sql > 0 ? plain_layout() : native_layout();
}

}  // namespace

const MigrationLayout& detect_layout(const MigrationFolder& folder) {
    if (!file_exists(folder.directory)) return native_layout();
    if (file_exists(folder.directory / "sqitch.plan")) return sqitch_layout();
    if (file_exists(folder.directory / "meta" / "_journal.json")) return drizzle_layout();
    const FolderContent content = list_folder(folder);
    const MigrationLayout* of_folders = layout_of_folders(content.folders);
    const bool has_sql =
        std::any_of(content.files.begin(), content.files.end(), [](const SourceFile& file) {
            return extension_of(file.name) == "sql" && !leading_digits(file.name).empty();
        });
    if (of_folders != nullptr && !has_sql) return *of_folders;
    if (!has_sql && file_exists(folder.directory / "sqitch.conf")) return sqitch_layout();
    return layout_of_files(folder, content.files);
}

}  // namespace keel
