#pragma once

#include <memory>

#include "ops/kit/operation.hpp"

namespace keel {

std::unique_ptr<Operation> make_backup_delete(const OptionValues& options);

}  // namespace keel
