#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "db/engine.hpp"

namespace keel::sqlite {

struct EngineOptions {
    /// Shared libraries that every connection loads first, as sqlite3_load_extension takes them.
    std::vector<std::string> extensions;
    /// Called with every connection that `Engine::connect` opens, before it is given out.
    std::function<void(Connection&)> on_connect;
};

std::unique_ptr<Engine> make_engine(EngineOptions options = {});

}  // namespace keel::sqlite
