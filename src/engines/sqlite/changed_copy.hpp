#pragma once

#include <vector>

#include "base/context.hpp"
#include "db/copier.hpp"
#include "engines/sqlite/private_files.hpp"

namespace keel::sqlite {

/// Makes the staged file by writing the schema anew and sending each row through the transforms, so
/// that nothing of what they change is ever in it. Every table is read back and compared. Virtual
/// tables that keep rows of their own come empty; those made from other tables are made anew.
/// Throws ErrorKind::constraint when rows refer to others that were left out.
std::vector<TableContent> copy_changed_rows(const CopyOptions& options, const PrivateFiles& files,
                                            const Context& context);

}  // namespace keel::sqlite
