#pragma once

#include <string>
#include <string_view>

#include "base/environment_variables.hpp"
#include "ops/kit/invocation.hpp"
#include "render/text.hpp"

namespace keel {

/// What the process sets up before anything else: files it makes are the user's alone, it leaves no
/// core dump with secrets in it, a closed pipe or a file that may not grow is an error to handle
/// rather than its end, and no file can take the place of a standard descriptor that was closed.
void prepare_process() noexcept;

/// The operating system's user and host.
Actor current_actor();

/// How to write to a descriptor: colours and width only on a terminal, symbols only in a UTF-8
/// locale. NO_COLOR, TERM=dumb and `no_color` switch colours off.
TextStyle style_for(int fd, bool no_color, const EnvironmentReader& variables);

/// Writes all of it. False when it could not, with errno set.
bool write_all(int fd, std::string_view text) noexcept;

}  // namespace keel
