#pragma once

#include "ops/migrate/layout.hpp"

namespace keel {

/// `<version>_<name>.sql` with `-- migrate:up` and `-- migrate:down`: Keel's own form and dbmate's.
class NativeLayout final : public MigrationLayout {
  public:
    std::string_view name() const noexcept override { return "keel"; }
    std::vector<Migration> read(const MigrationFolder& folder) const override;
    std::vector<NewFile> new_files(std::string_view version, std::string_view name) const override;
};

}  // namespace keel
