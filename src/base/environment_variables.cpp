#include "base/environment_variables.hpp"

#include <cstdlib>

namespace keel {

EnvironmentReader process_environment() {
    return [](std::string_view name) -> std::optional<std::string> {
        const char* value = std::getenv(std::string(name).c_str());
        if (value == nullptr) return std::nullopt;
        return value;
    };
}

}  // namespace keel
