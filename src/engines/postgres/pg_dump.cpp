#include "engines/postgres/pg_dump.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/process.hpp"
#include "base/text.hpp"
#include "base/version.hpp"

namespace keel::postgres {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view trailer = "PostgreSQL database dump complete";
constexpr std::size_t tail_size = 512;
constexpr const char* debian_directory = "/usr/lib/postgresql";

std::vector<fs::path> path_directories() {
    std::vector<fs::path> directories;
    const char* path = std::getenv("PATH");
    for (const auto& entry : split(path == nullptr ? "" : path, ':')) {
        if (!entry.empty() && entry.front() == '/') directories.emplace_back(entry);
    }
    return directories;
}

std::vector<fs::path> debian_directories() {
    std::vector<fs::path> directories;
    std::error_code ignored;  // no such directory: no such candidates
    for (const auto& entry : fs::directory_iterator(debian_directory, ignored))
        directories.push_back(entry.path() / "bin");
    return directories;
}

/// Debian's /usr/bin/pg_dump is a script that chooses among the versions by its own rules, and
/// takes longer to start than a small dump: its choices are looked at directly.
bool is_debian_wrapper(const fs::path& program) {
    std::error_code error;
    return fs::canonical(program, error).filename() == "pg_wrapper";
}

/// "pg_dump (PostgreSQL) 15.18 (Debian …)".
std::optional<PgDumpTool> ask_version(const fs::path& program) {
    std::string output;
    const auto result = run_process({.program = program, .arguments = {"--version"}},
                                    [&](auto piece) { output += as_text(piece); });
    constexpr std::string_view mark = "(PostgreSQL) ";
    const auto at = output.find(mark);
    if (result.status != 0 || at == std::string::npos) return std::nullopt;
    const auto version = std::string_view(output).substr(at + mark.size());
    const auto text = version.substr(0, version.find_first_of(" \n"));
    const auto major = parse_unsigned(text.substr(0, text.find_first_not_of("0123456789")));
    if (!major) return std::nullopt;
    return PgDumpTool{
        .path = program, .version = std::string(text), .major = static_cast<int>(*major)};
}

void add_tools(std::vector<PgDumpTool>& tools, const std::vector<fs::path>& directories) {
    for (const auto& directory : directories) {
        const auto program = directory / "pg_dump";
        if (::access(program.c_str(), X_OK) != 0 || is_debian_wrapper(program)) continue;
        if (auto tool = ask_version(program)) tools.push_back(std::move(*tool));
    }
}

/// A file without a name, readable through /proc for as long as it lives: nothing secret ever
/// reaches a disk, and a kill leaves nothing behind.
class MemoryFile {
  public:
    MemoryFile(const char* name, std::string_view text) : file_(::memfd_create(name, MFD_CLOEXEC)) {
        if (!file_.is_open() || ::fchmod(file_.get(), 0600) != 0) throw io_error("make", name);
        while (!text.empty()) {
            const auto written = ::write(file_.get(), text.data(), text.size());
            if (written < 0) throw io_error("write", name);
            text.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    std::string path() const { return fmt::format("/proc/{}/fd/{}", ::getpid(), file_.get()); }

  private:
    FileDescriptor file_;
};

std::string password_file_text(const Secret& password) {
    std::string text = "*:*:*:*:";
    for (const char c : password.reveal()) {
        if (c == ':' || c == '\\') text += '\\';
        text += c;
    }
    return text + "\n";
}

std::string conninfo_value(std::string_view value) {
    return "'" + replace_all(replace_all(value, "\\", "\\\\"), "'", "\\'") + "'";
}

/// What only our own connection needs, or what names more servers than the one we are on.
bool is_left_out(std::string_view keyword) {
    constexpr std::array keywords = {"host",
                                     "hostaddr",
                                     "port",
                                     "dbname",
                                     "user",
                                     "passfile",
                                     "service",
                                     "application_name",
                                     "client_encoding",
                                     "fallback_application_name",
                                     "target_session_attrs",
                                     "load_balance_hosts",
                                     "connect_timeout"};
    return std::ranges::find(keywords, keyword) != keywords.end();
}

std::vector<std::string> libpq_variables() {
    std::vector<std::string> names = {"PGSERVICE", "PGSERVICEFILE", "PGPASSWORD", "PGPASSFILE"};
    const ConninfoHandle options(libpq().conndefaults());
    for (const auto* option = options.get(); option != nullptr && option->keyword != nullptr;
         ++option) {
        if (option->envvar != nullptr) names.emplace_back(option->envvar);
    }
    return names;
}

std::string last_lines(std::string_view text) {
    const std::string safe = escape_controls(trim(text), true);
    return replace_all(safe, "\n", "; ");
}

void check_success(const ProcessResult& result, std::string_view tail, const Wire& wire) {
    const std::string said = wire.password().redact(last_lines(result.error_output));
    if (result.was_killed) throw Error(ErrorKind::io, fmt::format("pg_dump was killed: {}", said));
    if (result.status != 0)
        throw Error(ErrorKind::io, fmt::format("pg_dump failed ({}): {}", result.status, said))
            .with_hint("nothing was kept of this dump");
    if (tail.find(trailer) == std::string_view::npos)
        throw Error(ErrorKind::io, "pg_dump ended without the line that ends a whole dump")
            .with_hint("nothing was kept of this dump; look at the disk and the pg_dump program");
}

}  // namespace

std::vector<PgDumpTool> find_pg_dumps() {
    std::vector<PgDumpTool> in_debian;
    add_tools(in_debian, debian_directories());
    std::ranges::sort(in_debian, {}, &PgDumpTool::major);
    std::vector<PgDumpTool> tools;
    add_tools(tools, path_directories());
    tools.insert(tools.end(), in_debian.begin(), in_debian.end());
    return tools;
}

PgDumpTool choose_pg_dump(const std::vector<PgDumpTool>& tools, int server_major) {
    const auto found = std::ranges::find_if(
        tools, [&](const PgDumpTool& tool) { return tool.major >= server_major; });
    if (found != tools.end()) return *found;
    const std::string hint =
        fmt::format("install the client programs: apt install postgresql-client-{}", server_major);
    if (tools.empty())
        throw Error(ErrorKind::unsupported, "pg_dump is not installed").with_hint(hint);
    std::vector<std::string> versions;
    for (const auto& tool : tools)
        versions.push_back(fmt::format("{} ({})", tool.version, tool.path.native()));
    throw Error(ErrorKind::unsupported,
                fmt::format("pg_dump is older than the server, which is version {}: {}",
                            server_major, join(versions, ", ")))
        .with_hint(hint);
}

std::optional<PgDumpTool> fit_pg_dump(int server_major) {
    const auto tools = find_pg_dumps();
    const bool is_there = std::ranges::any_of(
        tools, [&](const PgDumpTool& tool) { return tool.major >= server_major; });
    if (!is_there) return std::nullopt;
    return choose_pg_dump(tools, server_major);
}

std::string writer_of(const std::optional<PgDumpTool>& tool) {
    return tool ? tool->version : fmt::format("keel {}", version());
}

std::string public_conninfo(const Wire& wire) {
    const auto& functions = libpq();
    PGconn* connection = wire.raw();
    std::string text = fmt::format(
        "host={} port={} user={} dbname={} application_name='keel pg_dump'",
        conninfo_value(functions.host(connection)), conninfo_value(functions.port(connection)),
        conninfo_value(functions.user(connection)), conninfo_value(functions.db(connection)));
    const ConninfoHandle options(functions.conninfo(connection));
    for (const auto* option = options.get(); option != nullptr && option->keyword != nullptr;
         ++option) {
        const bool is_secret = std::string_view(option->dispchar) == "*";
        const bool is_default =
            option->val == nullptr ||
            (option->compiled != nullptr && std::string_view(option->val) == option->compiled);
        if (is_secret || is_default || is_left_out(option->keyword)) continue;
        text += fmt::format(" {}={}", option->keyword, conninfo_value(option->val));
    }
    return text;
}

void run_pg_dump(const PgDumpRun& run, ByteSink& sink, const Context& context) {
    const MemoryFile password_file("keel-password", password_file_text(run.wire.password()));
    ProcessOptions options;
    options.program = run.tool.path;
    options.arguments = {"--format=" + run.format, "--encoding=UTF8", "--no-password",
                         "--dbname=" + public_conninfo(run.wire)};
    if (!run.section.empty()) options.arguments.push_back("--section=" + run.section);
    if (!run.snapshot.empty()) options.arguments.push_back("--snapshot=" + run.snapshot);
    options.unset = libpq_variables();
    options.environment = {{"PGPASSFILE", password_file.path()}, {"LC_ALL", "C"}};
    options.stop = context.stop;
    std::string tail;
    const auto result = run_process(options, [&](std::span<const std::byte> piece) {
        sink.write(piece);
        tail += as_text(piece);
        if (tail.size() > tail_size) tail.erase(0, tail.size() - tail_size);
    });
    // An archive has its own end, which pg_dump's exit status answers for.
    if (run.format != "plain") tail = trailer;
    check_success(result, tail, run.wire);
}

void run_pg_restore(const PgRestoreRun& run, const Context& context) {
    const int major = libpq().server_version(run.wire.raw()) / 10'000;
    const auto tool = choose_pg_dump(find_pg_dumps(), major).path.parent_path() / "pg_restore";
    const MemoryFile password_file("keel-password", password_file_text(run.wire.password()));
    ProcessOptions options;
    options.program = tool;
    options.arguments = {"--exit-on-error",
                         "--no-owner",
                         "--no-privileges",
                         "--no-password",
                         fmt::format("--jobs={}", run.jobs),
                         "--dbname=" + public_conninfo(run.wire),
                         run.archive.native()};
    options.unset = libpq_variables();
    options.environment = {{"PGPASSFILE", password_file.path()}, {"LC_ALL", "C"}};
    options.stop = context.stop;
    const auto result = run_process(options, [](std::span<const std::byte>) {});
    if (result.status == 0 && !result.was_killed) return;
    const std::string said = run.wire.password().redact(last_lines(result.error_output));
    throw Error(ErrorKind::invalid_input,
                fmt::format("pg_restore could not read '{}': {}", run.archive.native(), said))
        .with_hint("nothing was changed");
}

}  // namespace keel::postgres
