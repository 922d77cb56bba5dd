#pragma once

namespace keel {

/// For std::visit: one function object of several lambdas, each for its alternative.
template <class... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};

}  // namespace keel
