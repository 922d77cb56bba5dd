#include "ops/env/init.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "ops/env/project_files.hpp"

namespace keel {
namespace {

namespace fs = std::filesystem;

/// A file or folder that is to be made, in the order in which it is.
struct Item {
    fs::path path;
    std::string text;  ///< of a file; empty for a folder
    unsigned mode = 0644;
    std::string detail;
};

std::string read_or_empty(const fs::path& path) {
    return fs::exists(path) ? read_file(path) : std::string();
}

unsigned mode_of(const fs::path& path, unsigned otherwise) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : otherwise;
}

std::string variable_of(std::string_view environment) {
    std::string stem = replace_all(environment, "-", "_");
    for (char& c : stem)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return stem + "_DATABASE_URL";
}

EngineKind parse_engine(std::string_view text) {
    const auto word = to_lower(trim(text));
    if (word == "sqlite" || word == "sqlite3") return EngineKind::sqlite;
    if (word == "postgres" || word == "postgresql") return EngineKind::postgres;
    throw Error(ErrorKind::usage,
                fmt::format("unknown engine '{}'{}", escape_controls(text),
                            did_you_mean(word, std::vector<std::string>{"sqlite", "postgres"})))
        .with_hint("keel works with sqlite and postgres");
}

/// Options first, then the person at the terminal, then what is usual.
class Answers {
  public:
    Answers(OperationContext& context, const OptionValues& options)
        : interaction_(context.interaction()), options_(options) {}

    std::string get(std::string_view option, std::string_view question,
                    std::string_view usual) const {
        if (options_.has(option)) return options_.text(option);
        if (interaction_ == nullptr) return std::string(usual);
        const auto answer = interaction_
                                ->ask(usual.empty() ? fmt::format("{}: ", question)
                                                    : fmt::format("{} [{}]: ", question, usual))
                                .value_or("");
        const auto word = trim(answer);
        return std::string(word.empty() ? usual : word);
    }

  private:
    Interaction* interaction_;
    const OptionValues& options_;
};

class Init final : public Operation {
  public:
    explicit Init(const OptionValues& options) : options_(options) {}

    Plan plan(OperationContext& context) override {
        root_ =
            fs::absolute(context.invocation().overrides.directory.value_or(".")).lexically_normal();
        if (!root_.has_filename()) root_ = root_.parent_path();
        refuse_existing();
        decide(context);
        collect_items();
        Plan plan;
        for (const auto& item : items_)
            plan.steps.push_back({fmt::format("write {}", shown(item)), item.detail, false});
        return plan;
    }

    void apply(OperationContext&, Report& report) override {
        Json written = Json::array();
        for (const auto& item : items_) {
            if (item.text.empty()) {
                create_directories_durably(item.path);
                fs::permissions(item.path, fs::perms(0755));
            } else {
                AtomicFile file(item.path, item.mode, item.path.filename() != "keel.toml");
                file.write(item.text);
                file.finish();
            }
            written.push_back(shown(item));
            report.body.emplace_back(MarkedLine{
                Mark::ok, item.detail.empty() ? shown(item)
                                              : fmt::format("{}: {}", shown(item), item.detail)});
        }
        report.result.set("directory", root_.string())
            .set("name", project_.name)
            .set("environment", project_.environment)
            .set("engine", to_string(project_.engine))
            .set("url", url_ ? Json(url_->redacted()) : Json())
            .set("written", std::move(written));
        if (!url_)
            report.next_steps.push_back(fmt::format("export {}=postgresql://…", project_.variable));
        report.next_steps.emplace_back("keel migrate new NAME");
        report.next_steps.emplace_back("keel status");
    }

  private:
    std::string shown(const Item& item) const {
        return item.path.lexically_relative(root_).string() + (item.text.empty() ? "/" : "");
    }

    void refuse_existing() const {
        if (!fs::exists(root_ / "keel.toml")) return;
        throw Error(ErrorKind::already_exists,
                    fmt::format("'{}' is already there, and is never overwritten",
                                (root_ / "keel.toml").string()))
            .with_hint("edit it, and check it with: keel config check");
    }

    void decide(OperationContext& context) {
        const Answers answers(context, options_);
        project_.name = options_.text("name", root_.filename().string());
        if (options_.has("url")) {
            take_address(options_.text("url"));
        } else if (const auto shared = context.variables()("DATABASE_URL");
                   shared && !shared->empty() && !options_.has("engine")) {
            url_ = DatabaseUrl::parse(*shared, root_);
            project_.variable = "DATABASE_URL";
        }
        if (!url_)
            project_.engine =
                parse_engine(answers.get("engine", "engine: sqlite or postgres", "sqlite"));
        const auto name = answers.get("env-name", "name of the first environment", "dev");
        project_.environment = normalize_environment_name(name);
        check_environment_name();
        if (!url_) ask_address(answers);
        if (url_) project_.engine = url_->engine();
        if (project_.secret_address || (project_.address.empty() && project_.variable.empty()))
            project_.variable = variable_of(project_.environment);
    }

    void check_environment_name() const {
        const auto is_allowed = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        };
        const auto& name = project_.environment;
        if (!name.empty() && std::all_of(name.begin(), name.end(), is_allowed)) return;
        throw Error(ErrorKind::usage,
                    fmt::format("'{}' cannot be the name of an environment", escape_controls(name)))
            .with_hint("use letters, digits, '-' and '_'");
    }

    void ask_address(const Answers& answers) {
        const bool is_sqlite = project_.engine == EngineKind::sqlite;
        std::string usual;
        if (is_sqlite)
            usual = fmt::format("sqlite:{}.db",
                                project_.environment == "dev" ? "keel" : project_.environment);
        const auto address = answers.get("url", "address of its database", usual);
        if (!address.empty()) take_address(address);
        if (url_ && url_->engine() != project_.engine)
            throw Error(ErrorKind::usage,
                        fmt::format("the address is not one of {}", to_string(project_.engine)))
                .with_hint("give an address of the engine, or another --engine");
    }

    /// A password goes into .env, which is not to be committed.
    void take_address(const std::string& address) {
        url_ = DatabaseUrl::parse(address, root_);
        if (options_.has("engine") && parse_engine(options_.text("engine")) != url_->engine())
            throw Error(ErrorKind::usage, "--engine and --url name different engines")
                .with_hint("leave --engine out: the address says it");
        if (url_->conninfo().reveal() == url_->redacted() || url_->engine() == EngineKind::sqlite)
            project_.address = address;
        else
            project_.secret_address = address;
    }

    void collect_items() {
        items_.clear();
        if (!fs::exists(root_ / "migrations"))
            items_.push_back({root_ / "migrations", "", 0755, "where migrations go"});
        const auto gitignore = root_ / ".gitignore";
        const auto present = read_or_empty(gitignore);
        if (const auto lines = missing_ignore_lines(present, project_.engine); !lines.empty())
            items_.push_back({gitignore, with_lines(present, lines), mode_of(gitignore, 0644),
                              join(lines, " ")});
        if (project_.secret_address) add_dotenv();
        items_.push_back({root_ / "keel.toml", project_file_text(project_), 0644,
                          fmt::format("environment '{}' on {}", project_.environment,
                                      to_string(project_.engine))});
    }

    void add_dotenv() {
        const auto path = root_ / ".env";
        const auto present = read_or_empty(path);
        for (const auto& line : split(present, '\n'))
            if (trim(line).starts_with(project_.variable))
                throw Error(ErrorKind::already_exists,
                            fmt::format("'.env' already has {}", project_.variable))
                    .with_hint("take it out, or leave --url out to use it");
        items_.push_back(
            {path, with_lines(present, {dotenv_line(project_.variable, *project_.secret_address)}),
             mode_of(path, 0600),
             fmt::format("{}, because the address holds a password", project_.variable)});
    }

    OptionValues options_;
    fs::path root_;
    NewProject project_;
    std::optional<DatabaseUrl> url_;
    std::vector<Item> items_;
};

}  // namespace

std::unique_ptr<Operation> make_project_init(const OptionValues& options) {
    return std::make_unique<Init>(options);
}

}  // namespace keel
