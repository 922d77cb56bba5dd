#pragma once

#include <memory>

#include "db/engine.hpp"

namespace keel::sqlite {

std::unique_ptr<Engine> make_engine();

}  // namespace keel::sqlite
