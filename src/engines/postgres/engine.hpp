#pragma once

#include <memory>

#include "db/engine.hpp"

namespace keel::postgres {

struct EngineOptions {
    /// As ConnectOptions::ignore_ambient, for the connections that the engine's parts make for
    /// themselves (to other databases of the server): set while testing.
    bool ignore_ambient = false;
};

std::unique_ptr<Engine> make_engine(const EngineOptions& options = {});

}  // namespace keel::postgres
