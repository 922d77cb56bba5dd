#include "ops/kit/invocation.hpp"

namespace keel {

std::string_view to_string(Origin origin) noexcept {
    switch (origin) {
        case Origin::cli:
            return "cli";
        case Origin::http:
            return "http";
        case Origin::api:
            return "api";
        case Origin::schedule:
            return "schedule";
    }
    return "api";
}

}  // namespace keel
