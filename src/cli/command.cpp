#include "cli/command.hpp"

namespace keel {

int run_command(std::span<char* const>) noexcept {
    return 2;
}

}  // namespace keel
