#pragma once

#include "config/project.hpp"
#include "model/masking.hpp"

namespace keel {

/// [mask], [masking] and [subset] of the project. Throws ErrorKind::config as Project::load does,
/// and for a key that cannot be fetched.
MaskSettings load_mask_settings(const ProjectOverrides& overrides,
                                const EnvironmentReader& variables);

}  // namespace keel
