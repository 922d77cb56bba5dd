#pragma once

#include <string>
#include <string_view>

namespace keel {

/// This process, as no other is called: the machine's boot, the PID namespace, the number and the
/// time it began. Empty where /proc does not tell.
std::string own_process_identity();

/// True when it was a process of this very boot and namespace, and is no more. False for others,
/// about which nothing can be told from here.
bool is_known_dead(std::string_view identity);

}  // namespace keel
