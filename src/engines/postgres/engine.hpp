#pragma once

#include <functional>
#include <memory>

#include "db/engine.hpp"

namespace keel::postgres {

struct EngineOptions {
    /// As ConnectOptions::ignore_ambient, for the connections that the engine's parts make for
    /// themselves (to other databases of the server): set while testing.
    bool ignore_ambient = false;
    /// Called with every connection that `Engine::connect` opens, before it is given out.
    std::function<void(Connection&)> on_connect;
};

std::unique_ptr<Engine> make_engine(const EngineOptions& options = {});

}  // namespace keel::postgres
