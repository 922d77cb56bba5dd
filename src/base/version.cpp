#include "base/version.hpp"

namespace keel {

std::string_view version() noexcept {
    return KEEL_VERSION;
}

}  // namespace keel
