#include "ops/backup/export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "db/file_exchange.hpp"
#include "db/table_archive.hpp"
#include "db/unpublished.hpp"
#include "ops/backup/describe.hpp"
#include "ops/backup/restore_choice.hpp"
#include "ops/backup/store.hpp"
#include "ops/backup/table_choice.hpp"
#include "ops/backup/table_files.hpp"

namespace keel {

namespace {

namespace fs = std::filesystem;

using Form = std::variant<FileForm, RowForm>;

std::string_view name_of(const Form& form) {
    return std::visit([](const auto& which) { return to_string(which); }, form);
}

std::string form_word(const OptionValues& options, const fs::path& file, EngineKind engine) {
    if (options.has("format")) return options.text("format");
    const std::string extension = file.extension().string();
    if (extension == ".csv" || extension == ".jsonl" || extension == ".sql")
        return extension.substr(1);
    return engine == EngineKind::sqlite ? "sqlite" : "custom";
}

Form form_of(const OptionValues& options, const fs::path& file, const Engine& engine) {
    const std::string word = form_word(options, file, engine.kind());
    if (word == "csv") return RowForm::csv;
    if (word == "jsonl") return RowForm::jsonl;
    for (const FileForm form : {FileForm::sqlite, FileForm::custom, FileForm::sql}) {
        if (word != to_string(form)) continue;
        if (engine.table_archive().files().can_write(form)) return form;
    }
    throw Error(ErrorKind::usage, fmt::format("a backup of {} cannot be written as '{}'",
                                              engine.name(), escape_controls(word)))
        .with_hint(engine.kind() == EngineKind::sqlite ? "--format sqlite, csv or jsonl"
                                                       : "--format custom, sql, csv or jsonl");
}

class Export {
  public:
    Export(OperationContext& context, const OptionValues& options)
        : context_(context),
          options_(options),
          choice_(choose_for_restore(context, options.text("id"))),
          file_(fs::absolute(options.text("file"))),
          form_(form_of(options, file_, context.engine())) {}

    void run(Report& report) {
        const Stopwatch stopwatch;
        require_possible();
        const Manifest& manifest = choice_.manifest;
        const Repository repository = open_repository(context_);
        const auto streams = repository.streams(manifest);
        const Engine& engine = context_.engine();
        const Unpublished staged(engine.admin(), stage_backup(context_, manifest, *streams));
        const DatabaseUrl& url = (*staged).url;
        if (const auto* form = std::get_if<FileForm>(&form_))
            write_whole(url, *form);
        else
            write_tables(url, std::get<RowForm>(form_));
        tell(report, stopwatch.elapsed());
    }

  private:
    void require_possible() const {
        require_may_stage(context_);
        if (fs::exists(fs::symlink_status(file_))) {
            throw Error(ErrorKind::already_exists,
                        fmt::format("'{}' is there already", file_.native()))
                .with_hint("choose another name, or remove it first");
        }
        if (std::holds_alternative<FileForm>(form_) && names_tables(options_)) {
            throw Error(ErrorKind::usage, "tables are exported as csv or jsonl")
                .with_hint("--format csv");
        }
    }

    void write_whole(const DatabaseUrl& url, FileForm form) {
        context_.engine().table_archive().files().write(url, form, file_, context_.context());
        written_.push_back(file_);
        tables_ = user_tables(context_, choice_.manifest.content);
    }

    /// Several tables go into a folder of that name.
    void write_tables(const DatabaseUrl& url, RowForm form) {
        const Engine& engine = context_.engine();
        const auto connection = engine.connect({.url = url,
                                                .ignore_ambient = context_.is_testing(),
                                                .application_name = "keel export"});
        const CancelOnStop cancel(context_.context().stop, *connection);
        choose(engine.table_archive().list(*connection));
        const bool is_one = tables_.size() == 1;
        if (!is_one) create_directories_durably(file_);
        for (TableContent& table : tables_) {
            const fs::path file =
                is_one ? file_ : file_ / fmt::format("{}.{}", table_name(table), to_string(form));
            table.rows =
                write_table_file(engine, *connection, table, form, file, context_.context());
            written_.push_back(file);
        }
    }

    void choose(const std::vector<TableName>& known) {
        const Engine& engine = context_.engine();
        if (!names_tables(options_)) {
            tables_ = user_tables(context_, choice_.manifest.content);
            return;
        }
        for (const TableName& table :
             choose_tables(options_, engine.kind(), known, engine.dialect()))
            tables_.push_back({.schema = table.schema, .name = table.name});
    }

    void tell(Report& report, std::chrono::milliseconds duration) const {
        std::uint64_t bytes = 0;
        Json files = Json::array();
        for (const fs::path& file : written_) {
            bytes += fs::file_size(file);
            files.push_back(file.native());
        }
        report.warnings.insert(report.warnings.end(), choice_.notices.begin(),
                               choice_.notices.end());
        report.result.set("backup", choice_.manifest.id)
            .set("format", name_of(form_))
            .set("files", std::move(files))
            .set("bytes", bytes)
            .set("tables", tables_json(tables_))
            .set("duration_ms", duration.count());
        report.body.emplace_back(MarkedLine{
            Mark::ok,
            fmt::format("backup {} written to {} as {}: {}, {} in {}", choice_.manifest.id,
                        file_.native(), name_of(form_), size_text(tables_), format_bytes(bytes),
                        format_duration(duration))});
        report.warnings.emplace_back("what was exported is not encrypted");
    }

    OperationContext& context_;
    const OptionValues& options_;
    RestoreChoice choice_;
    fs::path file_;
    Form form_;
    std::vector<fs::path> written_;
    std::vector<TableContent> tables_;
};

}  // namespace

void export_backup(OperationContext& context, const OptionValues& options, Report& report) {
    Export(context, options).run(report);
}

}  // namespace keel
