#include "db/unpublished.hpp"

namespace keel {

Unpublished::~Unpublished() {
    if (!staged_) return;
    try {
        admin_.discard(*staged_);
    } catch (...) {
        // `keel recover` finds it; what failed before is what must be told.
        return;
    }
}

}  // namespace keel
