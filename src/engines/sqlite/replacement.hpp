#pragma once

#include <filesystem>

#include "base/context.hpp"
#include "engines/sqlite/private_files.hpp"

namespace keel::sqlite {

/// Puts the staged database in the place of one that SQLite cannot read. The damaged files stay
/// beside it, under private names. Throws ErrorKind::locked when somebody has them open.
void replace_damaged(const PrivateFiles& files, const std::filesystem::path& target,
                     const Context& context);

/// Finishes what an intent says, from wherever it was interrupted. Idempotent.
void finish_replacement(const PrivateFiles& files, const std::filesystem::path& target);

}  // namespace keel::sqlite
