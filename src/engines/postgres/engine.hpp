#pragma once

#include <memory>

#include "db/engine.hpp"

namespace keel::postgres {

std::unique_ptr<Engine> make_engine();

}  // namespace keel::postgres
