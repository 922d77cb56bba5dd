#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "db/engine.hpp"
#include "engines/sqlite/engine.hpp"
#include "support/temporary_directory.hpp"

namespace keel::sqlite {

/// A folder of its own, an engine and one address in it.
struct Place {
    TemporaryDirectory directory;
    std::unique_ptr<Engine> engine = make_engine();
    DatabaseUrl url = DatabaseUrl::parse("sqlite:app.db", directory.path());

    std::filesystem::path file(std::string_view name) const { return directory.path() / name; }
    DatabaseUrl address(const std::string& text) const {
        return DatabaseUrl::parse(text, directory.path());
    }
    std::unique_ptr<Connection> connect(const DatabaseUrl& address, bool read_only = false) const {
        ConnectOptions options;
        options.url = address;
        options.read_only = read_only;
        options.create = true;
        options.session.lock_timeout = std::chrono::milliseconds(50);
        return engine->connect(options);
    }
    std::unique_ptr<Connection> connect(bool read_only = false) const {
        return connect(url, read_only);
    }
};

struct QuietContext {
    SystemClock clock;
    Context context{{}, no_progress(), no_logger(), clock};
};

inline std::optional<Error> error_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

}  // namespace keel::sqlite
