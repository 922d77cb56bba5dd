#include "databases.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

namespace keel::scripts {

namespace {

std::string run_shell(std::string_view program, std::vector<std::string> arguments) {
    const auto path = find_program(program);
    if (!path) throw Error(ErrorKind::not_found, fmt::format("{} is not installed", program));
    std::string output;
    const ProcessResult result =
        run_process({.program = *path, .arguments = std::move(arguments)},
                    [&](std::span<const std::byte> bytes) { output += as_text(bytes); });
    if (result.status != 0) {
        throw Error(ErrorKind::sql, fmt::format("{}: {}{}", program, result.error_output, output));
    }
    return output;
}

std::string socket_directory() {
    const char* directory = std::getenv("KEEL_TEST_POSTGRES");
    if (directory == nullptr) {
        throw Error(ErrorKind::config, "KEEL_TEST_POSTGRES does not say where the server is");
    }
    return fmt::format("{}/socket", directory);
}

}  // namespace

Databases::Databases(std::string engine, std::string name, std::filesystem::path directory)
    : engine_(std::move(engine)),
      name_(fmt::format("script_{}_{}", name, ::getpid())),
      directory_(std::move(directory)) {
    if (engine_ == "sqlite") return;
    for (const int number : {1, 2}) {
        run_psql("postgres", fmt::format("create database \"{}\"", Databases::name(number)));
    }
}

Databases::~Databases() {
    if (engine_ == "sqlite") return;
    try {
        drop_all();
    } catch (const Error& error) {
        fmt::print(stderr, "cannot drop the databases of {}: {}\n", name_, error.message());
    }
}

std::string Databases::name(int number) const {
    return fmt::format("{}_{}", name_, number);
}

std::string Databases::url(int number) const {
    if (engine_ == "sqlite") return fmt::format("sqlite:data{}.db", number);
    return fmt::format("postgresql://owner@/{}?host={}", name(number), socket_directory());
}

std::string Databases::run_sql(int number, const std::string& sql) const {
    if (engine_ == "postgres") return run_psql(name(number), sql);
    return run_shell("sqlite3", {"-batch", "-bail",
                                 (directory_ / fmt::format("data{}.db", number)).string(), sql});
}

std::string Databases::run_psql(const std::string& database, const std::string& sql) const {
    return run_shell("psql", {"-XAtq", "-v", "ON_ERROR_STOP=1", "-h", socket_directory(), "-U",
                              "owner", "-d", database, "-c", sql});
}

/// Whatever a command left beside them (staged and replaced databases) goes too.
void Databases::drop_all() const {
    const std::string names = run_psql(
        "postgres",
        fmt::format("select datname from pg_database where starts_with(datname, '{}_')", name_));
    for (const std::string& name : split(trim(names), '\n')) {
        if (!name.empty())
            run_psql("postgres", fmt::format("drop database \"{}\" with (force)", name));
    }
}

}  // namespace keel::scripts
