#pragma once

#include "base/environment_variables.hpp"
#include "config/project.hpp"
#include "model/object_storage.hpp"

namespace keel {

/// How object storage is reached: each value from [backup.s3], else from its variable (AWS_…), else
/// from the profile's files. Secrets are fetched; keys that nobody has given are empty. The
/// project's files are read once more for it, since few commands ask. Throws ErrorKind::config.
ObjectStorageAccess read_object_storage(const Project& project, const EnvironmentReader& variables);

}  // namespace keel
