#pragma once

#include <string>
#include <vector>

#include "cli/command_table.hpp"

namespace keel::test {

/// A small set of commands with every type of option.
const CommandTable& sample_table();

inline std::vector<std::string> words(std::initializer_list<const char*> list) {
    return {list.begin(), list.end()};
}

}  // namespace keel::test
