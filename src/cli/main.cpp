#include "cli/command.hpp"

int main(int argc, char** argv) {
    return keel::run_command({argv, static_cast<std::size_t>(argc)});
}
