#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "db/engine.hpp"
#include "db/row_transform.hpp"
#include "model/catalog.hpp"
#include "model/masking.hpp"
#include "ops/copy/mask_values.hpp"

namespace keel {

/// Chooses rows on their way; see Subset.
class RowChoice {
  public:
    virtual ~RowChoice() = default;
    /// Null: all rows of the table.
    virtual std::unique_ptr<RowTransform> filter(std::string_view schema, std::string_view table,
                                                 const std::vector<std::string>& columns) const = 0;
};

/// The rules of [mask] for one database: what each column's values become on their way.
class Masks final : public RowTransforms {
  public:
    /// Throws ErrorKind::config, at the rule's place, for rules that do not fit `catalog` (which
    /// must outlive it): unknown tables and columns, maskers that a column's type, uniqueness or
    /// foreign keys do not allow.
    Masks(const MaskSettings& settings, const Catalog& catalog, const Engine& engine);

    std::unique_ptr<RowTransform> for_table(std::string_view schema, std::string_view table,
                                            const std::vector<std::string>& columns) const override;
    std::string expression(std::string_view schema, std::string_view table,
                           std::string_view column) const override;

    void choose_rows(const RowChoice* choice) noexcept { choice_ = choice; }
    /// Whether anything is changed or left out.
    bool is_needed() const noexcept { return choice_ != nullptr || changes_; }
    bool changes_values() const noexcept { return changes_; }
    /// False: another run, or another key, gives other values.
    bool has_lasting_key() const noexcept { return has_key_; }
    /// The rule for a column, `keep` included; null when there is none.
    const MaskRule* rule(const Table& table, const Column& column) const;

    struct Applied {
        std::string table;
        std::string column;
        std::string masker;
    };
    std::vector<Applied> applied() const;

  private:
    struct Place {
        const Table* table;
        const Column* column;
        const MaskRule* rule;
        SourcePosition where;
    };
    void place(const MaskedColumn& masked);
    void check_type(const Place& place) const;
    void check_unique(const Place& place) const;
    void check_foreign_keys() const;
    const Place* find(std::string_view schema, std::string_view table,
                      std::string_view column) const;

    MaskSettings settings_;
    const Catalog& catalog_;
    const Engine& engine_;
    ValueMasker masker_;
    std::vector<Place> places_;
    const RowChoice* choice_ = nullptr;
    bool changes_ = false;
    bool has_key_ = false;
};

}  // namespace keel
